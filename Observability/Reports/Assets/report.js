'use strict';
(function () {
  var root = document.documentElement;
  var button = document.getElementById('theme');
  function isDark() {
    return root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  }
  function label() { button.textContent = isDark() ? 'Light theme' : 'Dark theme'; }
  button.hidden = false;
  label();
  button.addEventListener('click', function () { root.dataset.theme = isDark() ? 'light' : 'dark'; label(); });

  // A heading becomes a button that sorts by its column.
  document.querySelectorAll('table.sortable').forEach(function (table) {
    var heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      var sort = document.createElement('button');
      sort.type = 'button';
      sort.className = 'sort';
      sort.textContent = head.textContent;
      head.textContent = '';
      head.appendChild(sort);
      sort.addEventListener('click', function () {
        var falling = head.getAttribute('aria-sort') === 'ascending';
        if (!head.hasAttribute('aria-sort')) { falling = head.classList.contains('num'); }
        heads.forEach(function (other) { other.removeAttribute('aria-sort'); });
        head.setAttribute('aria-sort', falling ? 'descending' : 'ascending');
        var key = function (row) {
          var cell = row.cells[column];
          return cell.dataset.v === undefined ? cell.textContent.trim().toLowerCase() : Number(cell.dataset.v);
        };
        var body = table.tBodies[0];
        Array.from(body.rows).sort(function (a, b) {
          var x = key(a), y = key(b);
          return (x < y ? -1 : x > y ? 1 : 0) * (falling ? -1 : 1);
        }).forEach(function (row) { body.appendChild(row); });
      });
    });
  });

  var filter = document.getElementById('filter');
  if (filter) {
    var text = document.getElementById('filter-text');
    var outcome = document.getElementById('filter-outcome');
    var count = document.getElementById('filter-count');
    var sessions = Array.from(document.querySelectorAll('details.session'));
    var apply = function () {
      var wanted = text.value.trim().toLowerCase(), shown = 0;
      sessions.forEach(function (session) {
        var fits = (!outcome.value || session.dataset.outcome === outcome.value) && (!wanted || session.textContent.toLowerCase().indexOf(wanted) >= 0);
        session.hidden = !fits;
        shown += fits ? 1 : 0;
      });
      count.textContent = shown + ' of ' + sessions.length;
    };
    filter.hidden = false;
    text.addEventListener('input', apply);
    outcome.addEventListener('change', apply);
    apply();
  }

  // A link to a session opens it.
  function open() {
    var session = location.hash.indexOf('#session-') === 0 && document.getElementById(location.hash.slice(1));
    if (session) { session.open = true; session.hidden = false; session.scrollIntoView(); }
  }
  addEventListener('hashchange', open);
  open();
})();
