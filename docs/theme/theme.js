// Which of the two themes is shown, decided before anything is painted. "auto" follows the system.
'use strict';

const themes = ['auto', 'light', 'dark'];

// A browser may forbid a page that was opened from a file to remember anything.
function rememberedTheme() {
  try {
    const theme = localStorage.getItem('theme');
    return themes.includes(theme) ? theme : 'auto';
  } catch {
    return 'auto';
  }
}

function useTheme(theme) {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem('theme', theme);
  } catch {
    // Then it holds for this page.
  }
}

useTheme(rememberedTheme());
document.documentElement.classList.add('scripted');
