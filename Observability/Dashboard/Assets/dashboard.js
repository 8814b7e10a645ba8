// The page of a run is kept up to date; stop and scale ask first; a session is stepped through by keys. Without this script every page can be read.

function put(id, html) {
  const place = document.getElementById(id);
  // What somebody reads with the keyboard is not pulled away; it is brought up to date when they have left it.
  if (!place || (place.contains(document.activeElement) && document.activeElement !== document.body)) { return false; }
  const open = Array.from(place.querySelectorAll('details')).map((details) => details.open);
  const scrolled = Array.from(place.querySelectorAll('.scroll')).map((region) => [region.scrollLeft, region.scrollTop]);
  place.innerHTML = html;
  place.querySelectorAll('details').forEach((details, i) => { details.open = open[i] === true; });
  place.querySelectorAll('.scroll').forEach((region, i) => { if (scrolled[i]) { [region.scrollLeft, region.scrollTop] = scrolled[i]; } });
  return true;
}

function watch() {
  const waiting = new Map();
  const source = new EventSource(location.pathname + '/events');
  const settle = () => waiting.forEach((html, id) => { if (put(id, html)) { waiting.delete(id); } });
  source.addEventListener('part', (event) => {
    const part = JSON.parse(event.data);
    if (put(part.id, part.html)) { waiting.delete(part.id); } else { waiting.set(part.id, part.html); }
  });
  source.addEventListener('end', () => {
    source.close();
    settle();
    const controls = document.getElementById('controls');
    if (controls) { controls.remove(); }
    document.getElementById('over').hidden = false;
    document.getElementById('content').dataset.live = 'no';
  });
  document.addEventListener('focusout', () => setTimeout(settle, 0));
}

async function send(act, body, done) {
  const said = document.getElementById('said');
  const response = await fetch(location.pathname + '/' + act, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  if (response.ok) { said.textContent = done; return; }
  const problem = await response.json().catch(() => ({}));
  said.textContent = [problem.title || 'That did not work.', problem.detail].filter(Boolean).join(' ');
}

function control(controls) {
  const ask = { stop: document.getElementById('ask-stop'), scale: document.getElementById('ask-scale') };
  controls.querySelectorAll('button[data-act]').forEach((button) => button.addEventListener('click', () => {
    ask[button.dataset.act].returnValue = '';
    ask[button.dataset.act].showModal();
  }));
  ask.stop.addEventListener('close', () => {
    if (ask.stop.returnValue) { send('stop', { now: ask.stop.returnValue === 'now' }, 'stopping'); }
  });
  ask.scale.addEventListener('close', () => {
    const agents = Number(document.getElementById('agents').value);
    if (ask.scale.returnValue === 'scale') { send('scale', { agents: agents }, agents + ' agents asked for'); }
  });
}

function replay(list) {
  const steps = Array.from(list.children);
  const at = () => steps.findIndex((step) => step.contains(document.activeElement));
  const go = (index) => {
    const step = steps[Math.max(0, Math.min(steps.length - 1, index))];
    if (step) { step.focus(); step.scrollIntoView({ block: 'nearest' }); }
  };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || /^(input|select|textarea)$/i.test(event.target.tagName)) { return; }
    const now = at();
    const error = steps.findIndex((step, i) => i > now && step.classList.contains('failedrow'));
    const keys = {
      j: () => go(now + 1), ArrowDown: () => go(now + 1), k: () => go(now - 1), ArrowUp: () => go(now - 1),
      Home: () => go(0), End: () => go(steps.length - 1), e: () => { if (error >= 0) { go(error); } }, Escape: () => { location.href = list.dataset.back; },
    };
    if (keys[event.key]) { event.preventDefault(); keys[event.key](); }
  });
  if (location.hash.startsWith('#step-')) { document.getElementById(location.hash.slice(1))?.focus(); }
}

if (document.getElementById('content')?.dataset.live === 'yes') { watch(); }
const controls = document.getElementById('controls');
if (controls) { control(controls); }
const steps = document.getElementById('steps');
if (steps) { replay(steps); }
