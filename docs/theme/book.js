// What the pages can do: switch the theme, fold the menu, copy code, search. All of it works on pages opened from disk.
'use strict';

// ---- theme ----

function showTheme(button) {
  const theme = document.documentElement.dataset.theme;
  button.innerHTML = `<span class="word">Theme: </span>${theme}`;
}

function addThemeButton() {
  const button = document.querySelector('.theme-button');
  showTheme(button);
  button.addEventListener('click', () => {
    const next = themes.indexOf(document.documentElement.dataset.theme) + 1;
    useTheme(themes[next % themes.length]);
    showTheme(button);
  });
}

// ---- menu and "on this page" ----

function addMenu() {
  const button = document.querySelector('.menu-button');
  const chapters = document.querySelector('.chapters');
  const show = (open) => {
    chapters.classList.toggle('open', open);
    button.setAttribute('aria-expanded', open);
  };
  button.addEventListener('click', () => show(!chapters.classList.contains('open')));
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && chapters.classList.contains('open')) {
      show(false);
      button.focus();
    }
  });
  const current = chapters.querySelector('[aria-current]');
  if (current && current.offsetTop > chapters.clientHeight - 100) chapters.scrollTop = current.offsetTop - 200;
}

function foldOnThisPage() {
  const list = document.querySelector('.on-this-page details');
  if (list && window.matchMedia('(max-width: 75rem)').matches) list.open = false;
}

// Marks the section that is being read.
function followReader() {
  const links = [...document.querySelectorAll('.on-this-page a')];
  const places = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
  const mark = () => {
    let here = -1;
    places.forEach((place, i) => {
      if (place && place.getBoundingClientRect().top < 150) here = i;
    });
    links.forEach((link, i) => link.classList.toggle('here', i === here));
  };
  if (links.length > 0) {
    document.addEventListener('scroll', mark, { passive: true });
    mark();
  }
}

// ---- code ----

// A transcript gives its commands without the prompts; any other code is copied as it stands.
function textToCopy(block) {
  const lines = [...block.querySelectorAll('.line')];
  const commands = lines.filter((line) => line.querySelector('.prompt'));
  const text = (line) => {
    const copy = line.cloneNode(true);
    copy.querySelectorAll('.prompt, .lineno').forEach((part) => part.remove());
    return copy.textContent.replaceAll('\u00a0', ' ').trimEnd();
  };
  if (lines.length === 0) return block.textContent.trimEnd();
  return (commands.length > 0 ? commands : lines).map(text).join('\n');
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Pages from disk may not use the clipboard everywhere; the old way works there.
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
}

function addCopyButtons() {
  for (const block of document.querySelectorAll('main .fragment, main pre')) {
    const box = document.createElement('div');
    box.className = 'with-copy-button';
    block.before(box);
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy-button';
    button.textContent = 'Copy';
    button.addEventListener('click', async () => {
      await copyText(textToCopy(block));
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
    box.append(block, button);
  }
}

// What scrolls sideways can be reached and scrolled by keyboard.
function reachScrollBoxes() {
  for (const box of document.querySelectorAll('.fragment, pre, .scroll, .memproto, figure')) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }
}

function unfoldForPrint() {
  window.addEventListener('beforeprint', () => {
    document.querySelectorAll('main details').forEach((answer) => { answer.open = true; });
  });
}

// ---- search ----

// The text around the first place that has two of the words together, or else one, with the words marked.
function excerpt(text, question) {
  const part = document.createElement('span');
  part.className = 'excerpt';
  const words = wordsAsked(question);
  if (words.length === 0) return part;
  const begin = '(?<![\\p{L}\\p{N}_])';
  const together = pairsOf(words).map((pair) => pair.trim().replace(' ', '[^\\p{L}\\p{N}_]+')).join('|');
  const single = new RegExp(`${begin}(${words.join('|')})`, 'giu');
  let first = together ? text.search(new RegExp(`${begin}(${together})`, 'iu')) : -1;
  if (first < 0) first = text.search(single);

  const start = first < 60 ? 0 : text.indexOf(' ', first - 60) + 1;
  const shown = text.slice(start, start + 180);
  let at = 0;
  if (start > 0) part.append('… ');
  for (const match of shown.matchAll(single)) {
    const mark = document.createElement('mark');
    mark.textContent = match[0];
    part.append(shown.slice(at, match.index), mark);
    at = match.index + match[0].length;
  }
  part.append(shown.slice(at), start + 180 < text.length ? ' …' : '');
  return part;
}

function resultLink(entry, question) {
  const link = document.createElement('a');
  link.className = 'result';
  link.href = entry.page + (entry.anchor ? `#${entry.anchor}` : '');
  const where = document.createElement('span');
  where.className = 'where';
  where.textContent = entry.title ? ` ${entry.pageTitle}` : '';
  link.append(entry.title || entry.pageTitle, where, excerpt(entry.text, question));
  return link;
}

function showResults(place, question, entries, most) {
  const found = findEntries(question, entries).slice(0, most);
  place.replaceChildren(...found.map((entry) => resultLink(entry, question)));
  if (found.length === 0) {
    const nothing = document.createElement('p');
    nothing.className = 'no-result';
    nothing.textContent = 'Nothing found. Try fewer words.';
    place.append(nothing);
  }
}

// The index is loaded when somebody wants to search, so that every page opens at once.
let loadedIndex = null;

function loadIndex() {
  loadedIndex ??= new Promise((resolve) => {
    const script = document.createElement('script');
    script.src = 'search-index.js';
    script.addEventListener('load', () => resolve(searchIndex.map(prepare)));
    document.head.append(script);
  });
  return loadedIndex;
}

function addSearch() {
  const form = document.querySelector('.search');
  const input = form.querySelector('input');
  const results = form.querySelector('.search-results');
  const hide = () => { results.hidden = true; };

  input.addEventListener('focus', loadIndex);
  input.addEventListener('input', async () => {
    const entries = await loadIndex();
    results.hidden = wordsOf(input.value).length === 0;
    if (!results.hidden) showResults(results, input.value, entries, 8);
  });

  // The arrow keys walk through the results, Escape leaves them, "/" begins a search.
  form.addEventListener('keydown', (event) => {
    const stops = [input, ...results.querySelectorAll('a')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !results.hidden) {
      event.preventDefault();
      const next = stops.indexOf(document.activeElement) + step;
      stops[(next + stops.length) % stops.length].focus();
    }
    if (event.key === 'Escape') {
      hide();
      input.focus();
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === '/' && !event.target.closest('input, textarea')) {
      event.preventDefault();
      input.focus();
    }
  });
  document.addEventListener('click', (event) => {
    if (!form.contains(event.target)) hide();
  });
  form.addEventListener('focusout', (event) => {
    if (event.relatedTarget && !form.contains(event.relatedTarget)) hide();
  });
}

// search.html?q=words
async function fillSearchPage() {
  const place = document.getElementById('search-page');
  const question = new URLSearchParams(window.location.search).get('q');
  if (place && question) {
    document.querySelector('.search input').value = question;
    showResults(place, question, await loadIndex(), 40);
  }
}

addThemeButton();
addMenu();
foldOnThisPage();
followReader();
addCopyButtons();
reachScrollBoxes();
unfoldForPrint();
addSearch();
fillSearchPage();
