// Finds the sections of the book that a question is about. The index, search-index.js, is made with the book.
'use strict';

function wordsOf(text) {
  return text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
}

// What is asked for: no single letters, and no numbers, which are addresses and ports in most messages.
function wordsAsked(question) {
  const words = wordsOf(question);
  const telling = words.filter((word) => word.length > 1 && !/^\d+$/.test(word));
  return telling.length > 0 ? telling : words;
}

function pairsOf(words) {
  return words.slice(1).map((word, i) => ` ${words[i]} ${word}`);
}

// Prepares an entry of the index for searching: " words one space apart ".
function prepare([page, anchor, pageTitle, title, text]) {
  const spaced = (part) => ` ${wordsOf(part).join(' ')} `;
  return {
    page, anchor, pageTitle, title, text,
    titleWords: spaced(title || pageTitle),
    allWords: spaced(`${pageTitle} ${title} ${text}`),
  };
}

// The entries that have to do with the question, best first. A rare word counts more than a frequent one, a word of the
// title more than one of the text, and words that stand beside each other as in the question count again. A title that
// stands in the question as it is counts most: that is how a pasted error message finds its page.
function findEntries(question, entries) {
  const asked = wordsAsked(question);
  const phrase = ` ${wordsOf(question).join(' ')} `;
  const parts = [...new Set([...asked.map((word) => ` ${word}`), ...pairsOf(asked)])].map((part) => {
    const count = entries.filter((entry) => entry.allWords.includes(part)).length;
    return { part, weight: count === 0 ? 0 : Math.log(1 + entries.length / count) };
  });
  const scored = entries.map((entry) => {
    let score = 0;
    for (const { part, weight } of parts) {
      if (entry.titleWords.includes(part)) score += 2 * weight;
      else if (entry.allWords.includes(part)) score += weight;
    }
    if (entry.titleWords.trim().includes(' ') && phrase.includes(entry.titleWords)) score *= 2;
    return { entry, score };
  });
  const best = Math.max(0, ...scored.map(({ score }) => score));
  return scored
    .filter(({ score }) => score > 0 && score >= 0.2 * best)
    .sort((a, b) => b.score - a.score)
    .map(({ entry }) => entry);
}
