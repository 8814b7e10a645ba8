// k6's journey of bench/journey.sh.
import http from 'k6/http';
import { check } from 'k6';

const url = __ENV.BENCH_URL;
export const options = { vus: Number(__ENV.BENCH_USERS), duration: `${__ENV.BENCH_SECONDS}s` };

const expect = (answer, status) => check(answer, { status: (r) => r.status === status });

export default function () {
  const json = { 'Content-Type': 'application/json' };
  const login = http.post(`${url}/login`, JSON.stringify({ name: `user-${__VU}`, password: `pass-${__VU}` }), { headers: json });
  if (!expect(login, 200)) return;
  const bearer = { Authorization: `Bearer ${login.json('token')}` };
  const headers = Object.assign({}, bearer, json);
  const list = http.get(`${url}/products`, { headers: bearer });
  if (!expect(list, 200)) return;
  const cart = http.post(`${url}/cart`, JSON.stringify({ productId: list.json('items.0.id'), quantity: 2 }), { headers });
  if (!expect(cart, 201)) return;
  const order = http.post(`${url}/checkout`, JSON.stringify({ cartId: cart.json('id') }), { headers });
  if (!expect(order, 201) || !order.json('orderId')) return;
  expect(http.post(`${url}/logout`, null, { headers: bearer }), 204);
}

// For bench/journey.sh, in the directory that k6 runs in.
export function handleSummary(data) {
  const checks = data.metrics.checks;
  return { 'k6.json': JSON.stringify({ fails: checks ? checks.values.fails : 0 }) };
}
