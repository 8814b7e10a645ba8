// A customer of the sample shop, through the gateway's MCP server and the official TypeScript SDK.
// node client.mjs http URL | stdio COMMAND ARGUMENT...
import assert from 'node:assert/strict';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [kind, ...rest] = process.argv.slice(2);

async function connect() {
  const client = new Client({ name: 'end-to-end', version: '1.0.0' });
  const transport = kind === 'http'
    ? new StreamableHTTPClientTransport(new URL(rest[0]))
    : new StdioClientTransport({ command: rest[0], args: rest.slice(1), stderr: 'inherit' });
  await client.connect(transport);
  return { client, transport };
}

const call = async ({ client }, name, args = {}) => {
  const result = await client.callTool({ name, arguments: args });
  assert.deepEqual(JSON.parse(result.content[0].text), result.structuredContent, `${name}: text and structured content differ`);
  return result;
};

const succeed = async (session, name, args) => {
  const result = await call(session, name, args);
  assert.ok(!result.isError, `${name}: ${result.content[0].text}`);
  assert.match(result.structuredContent.traceId, /^[0-9a-f]{32}$/);
  return result.structuredContent;
};

// 1. The tools, and their schemas as a validator of somebody else's sees them.
const shopper = await connect();
const { tools } = await shopper.client.listTools();
const ajv = addFormats(new Ajv({ strict: false, logger: false }));
for (const tool of tools) {
  ajv.compile(tool.inputSchema);
}
const names = tools.map(tool => tool.name);
for (const wanted of ['register', 'login', 'listProducts', 'addToCart', 'checkout', 'logout', 'http_get', 'state_update', 'state_get']) {
  assert.ok(names.includes(wanted), `${wanted} is not among ${names}`);
}
assert.equal(tools.find(tool => tool.name === 'listProducts').annotations.readOnlyHint, true);

// 2. A whole purchase, the login carried by the gateway.
const account = { username: `mcp-${process.pid}-${kind}`, password: 'correct-horse' };
await succeed(shopper, 'register', account);
const wrong = await call(shopper, 'login', { username: account.username, password: 7 });
assert.equal(wrong.isError, true);
assert.match(wrong.structuredContent.error.message, /\$\.password/);
await succeed(shopper, 'login', account);
const products = await succeed(shopper, 'listProducts', { category: 'coffee', sort: 'price' });
const coffee = products.body.items[0];
await succeed(shopper, 'addToCart', { productId: coffee.id, quantity: 2 });
assert.equal((await succeed(shopper, 'getCart')).body.items[0].quantity, 2);

// 3. Another session sees none of it. Over stdio a session is a process.
const other = await connect();
const foreign = await call(other, 'getCart');
assert.equal(foreign.isError, true);
assert.equal(foreign.structuredContent.status, 401);
await other.client.close();

// 4. To the end, and after it.
const order = await succeed(shopper, 'checkout');
assert.equal(order.status, 201);
assert.equal((await succeed(shopper, 'listOrders')).body.items[0].id, order.body.id);
await succeed(shopper, 'logout');
const after = await call(shopper, 'getCart');
assert.equal(after.isError, true);
assert.ok([401, 403].includes(after.structuredContent.status));
await assert.rejects(shopper.client.callTool({ name: 'no_such_tool', arguments: {} }), /-32602/);
await shopper.transport.terminateSession?.();
await shopper.client.close();
console.log(JSON.stringify({ tools: names.length, order: order.body.id, server: 'ok' }));
