// Loaded into the peer of proxy.sh (node --require) before it starts; nothing of the package itself is changed.
const net = require('node:net');

// Its answers get headers of its own appended, which Node 20 refuses on what fetch returned: without this each streamed request fails.
const fetchAnswer = globalThis.fetch;
globalThis.fetch = async (...args) => {
  const answer = await fetchAnswer(...args);
  return answer.headers.get('content-type')?.startsWith('text/event-stream') ? new Response(answer.body, answer) : answer;
};

// It would listen on every address.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, host, ...rest) {
  return typeof port === 'number' ? listen.call(this, port, '127.0.0.1', ...rest) : listen.call(this, port, host, ...rest);
};
