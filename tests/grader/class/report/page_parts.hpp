#pragma once

/// The style and the script of the instructor's page: no network, no library.
namespace classroom::page {

inline constexpr const char* style = R"css(
:root{color-scheme:light dark;--back:#fff;--card:#f6f7f9;--line:#d9dde3;--text:#1c2330;--soft:#5b6575;--bar:#2b6cb0;
--good:#1b7a43;--bad:#b3261e;--warn:#8a5a00;--code:#eef0f4}
@media (prefers-color-scheme:dark){:root{--back:#12161d;--card:#1a202a;--line:#313a48;--text:#e6eaf0;--soft:#9aa6b6;
--bar:#5b9bd9;--good:#57c785;--bad:#ff8a80;--warn:#f0b95a;--code:#0c1016}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:68rem;padding:1rem 1rem 4rem;background:var(--back);color:var(--text);
font:16px/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
h1{font-size:1.6rem;line-height:1.2;margin:1rem 0 .25rem}
h2{font-size:1.2rem;margin:2rem 0 .5rem}
p{margin:.25rem 0 .75rem}
.soft{color:var(--soft)}
a{color:var(--bar)}
.bars{display:grid;grid-template-columns:max-content 1fr max-content;gap:.3rem .75rem;align-items:center;margin:0;
padding:0;list-style:none}
.bars li{display:contents}
.track{display:block;background:var(--card);border-radius:3px;height:1.1rem}
.bar{display:block;background:var(--bar);border-radius:3px;height:100%}
.number{font-variant-numeric:tabular-nums;text-align:right;white-space:nowrap}
.stop{border-top:1px solid var(--line);padding:.6rem 0}
.stop h3{font-size:1rem;margin:0 0 .3rem;font-weight:600}
.stop .bars{grid-template-columns:1fr max-content}
.stop ul.why{margin:.4rem 0 0;padding-left:1.2rem}
input{font:inherit;color:inherit;background:var(--card);border:1px solid var(--line);border-radius:6px;
padding:.5rem .7rem;width:100%;max-width:24rem;margin-bottom:.5rem}
table{border-collapse:collapse;width:100%;font-size:.95rem}
th,td{text-align:left;vertical-align:top;padding:.4rem 1.25rem .4rem 0;border-bottom:1px solid var(--line)}
.number{text-align:right}
th button{font:inherit;font-weight:600;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:left}
th[aria-sort=ascending] button::after{content:" \25B2"}
th[aria-sort=descending] button::after{content:" \25BC"}
th,td{overflow-wrap:normal}
.learner{overflow-wrap:anywhere;min-width:6rem}
.id{white-space:nowrap}
details.one{border:1px solid var(--line);border-radius:8px;margin:.5rem 0;background:var(--card);
scroll-margin-top:.5rem}
details.one>summary{cursor:pointer;padding:.6rem .8rem;display:flex;flex-wrap:wrap;gap:.25rem 1rem;
justify-content:space-between}
details.one>summary::before{content:"\25B8";color:var(--soft);margin-right:-.5rem}
details.one[open]>summary::before{content:"\25BE"}
details.one>summary b{flex:1;min-width:9rem}
details.one>div{padding:0 .8rem .8rem}
.failure{border-top:1px solid var(--line);padding-top:.6rem;margin-top:.6rem}
.failure h4{margin:0;font-size:.95rem;font-weight:600}
pre{background:var(--code);border:1px solid var(--line);border-radius:6px;padding:.6rem;margin:.4rem 0;
overflow-x:auto;font:13px/1.45 ui-monospace,monospace;white-space:pre;overflow-wrap:normal}
pre.prose{white-space:pre-wrap;overflow-wrap:anywhere}
.state{font-size:.85rem;white-space:nowrap;color:var(--warn)}
.state.good{color:var(--good)}.state.bad{color:var(--bad)}.state.soft{color:var(--soft)}
@media (max-width:600px){.wide{display:none}th,td{padding-right:.7rem}h1{font-size:1.35rem}}
@media print{details.one>div{display:block}input{display:none}}
)css";

inline constexpr const char* script = R"js(
document.querySelectorAll('section.class').forEach(function (lab) {
  var rows = lab.querySelector('tbody'), find = lab.querySelector('input');
  find.addEventListener('input', function () {
    var want = find.value.toLowerCase();
    lab.querySelectorAll('[data-find]').forEach(function (item) {
      item.hidden = !item.dataset.find.toLowerCase().includes(want);
    });
  });
  lab.querySelectorAll('th button').forEach(function (button, column) {
    button.addEventListener('click', function () {
      var head = button.parentNode, down = head.getAttribute('aria-sort') === 'ascending';
      var sign = down ? -1 : 1;
      lab.querySelectorAll('th').forEach(function (other) { other.removeAttribute('aria-sort'); });
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      Array.from(rows.rows).sort(function (a, b) {
        return sign * a.cells[column].dataset.sort.localeCompare(b.cells[column].dataset.sort, undefined, { numeric: true });
      }).forEach(function (row) { rows.appendChild(row); });
    });
  });
});
function show() {
  var one = document.getElementById(location.hash.slice(1));
  if (one && one.tagName === 'DETAILS') { one.hidden = false; one.open = true; one.scrollIntoView(); }
}
addEventListener('hashchange', show);
show();
)js";

}  // namespace classroom::page
