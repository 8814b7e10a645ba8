// A program on the official npm SDK, with only the base URL changed: node client.mjs BASE_URL KEY
import assert from 'node:assert/strict';
import OpenAI from 'openai';

const [baseURL, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: 'user', content: 'Hello' }];
const tools = ['get_weather', 'get_time'].map(name => ({ type: 'function', function: { name, description: name, parameters: { type: 'object', properties: { city: { type: 'string' } } } } }));

// 1. The models of all providers.
const models = [];
for await (const model of client.models.list()) models.push(model.id);
for (const wanted of ['builtin/planner', 'fake/talker']) assert.ok(models.includes(wanted), `${wanted} is not among ${models}`);

// 2. A chat, whole and streamed; what the proxy does not know passes unchanged.
const chat = { model: 'fake/talker', messages, seed: 42, stop: 'END', x_own_field: 'kept' };
const whole = await client.chat.completions.create({ ...chat, n: 2 });
assert.deepEqual(whole.choices.map(choice => choice.message.content), ['Grüße 42 kept END ☕', 'Grüße 42 kept END ☕']);
assert.equal(whole.usage.total_tokens, 14);
const stream = await client.chat.completions.create({ ...chat, stream: true });
let text = '';
for await (const chunk of stream) {
  text += chunk.choices[0].delta.content ?? ''; // throws on a usage chunk that was not asked for
}
assert.equal(text, 'Grüße 42 kept END ☕');
let usage;
for await (const chunk of await client.chat.completions.create({ ...chat, stream: true, stream_options: { include_usage: true } })) usage = chunk.usage ?? usage;
assert.equal(usage.total_tokens, 14);
assert.equal((await client.chat.completions.create({ ...chat, model: 'best' })).choices[0].message.content, 'Grüße 42 kept END ☕', 'the alias');

// 3. Parallel tool calls, whole and in fragments put together by the SDK.
const called = await client.chat.completions.create({ model: 'fake/talker', messages, tools, tool_choice: 'auto' });
const collected = await client.chat.completions.stream({ model: 'fake/talker', messages, tools }).finalChatCompletion();
for (const { choices: [{ finish_reason, message }] } of [called, collected]) {
  assert.equal(finish_reason, 'tool_calls');
  assert.deepEqual(message.tool_calls.map(call => [call.id, call.function.name, JSON.parse(call.function.arguments)]), [['call_a', 'get_weather', { city: 'Köln' }], ['call_b', 'get_time', {}]]);
}

// 4. Structured output, embeddings.
const shaped = await client.chat.completions.parse({
  model: 'fake/talker', messages,
  response_format: { type: 'json_schema', json_schema: { name: 'answer', strict: true, schema: { type: 'object', properties: { schema: { type: 'string' } }, required: ['schema'], additionalProperties: false } } },
});
assert.deepEqual(shaped.choices[0].message.parsed, { schema: 'answer' });
const vectors = await client.embeddings.create({ model: 'fake/talker', input: 'Hello' });
assert.deepEqual([...vectors.data[0].embedding], [0.5, -2]);

// 5. The built-in planner.
const planned = await client.chat.completions.stream({ model: 'builtin/planner', messages: [{ role: 'user', content: 'get weather' }], tools }).finalChatCompletion();
assert.ok(['stop', 'tool_calls'].includes(planned.choices[0].finish_reason));
const plain = await client.chat.completions.create({ messages });
assert.equal(plain.object, 'chat.completion', 'the default model');

// 6. Errors as the SDK's own classes.
const failing = async (make, type, check) => {
  const error = await make().then(() => assert.fail(`no ${type.name}`), each => each);
  assert.ok(error instanceof type, `${type.name} expected, got ${error}`);
  check(error);
};
const ask = (model, more) => () => client.chat.completions.create({ model, messages, ...more });
for (const stream of [false, true]) {
  await failing(ask('fake/limited', { stream }), OpenAI.RateLimitError, error => {
    assert.equal(error.status, 429);
    assert.equal(error.headers.get('retry-after'), '7');
    assert.equal(error.headers.get('x-ratelimit-remaining-requests'), '0');
    assert.deepEqual([error.code, error.param, error.type], ['request_quota_exceeded', 'quota', 'too_many_requests_error']);
    assert.match(error.message, /slow down/);
  });
  await failing(ask('fake/none', { stream }), OpenAI.NotFoundError, error => assert.equal(error.code, 'model_not_found'));
}
await failing(ask('fake/broken'), OpenAI.BadRequestError, error => assert.equal(error.param, 'temperature'));
await failing(ask('nobody/x'), OpenAI.NotFoundError, error => assert.match(error.message, /provider\/model/));
await failing(() => client.responses.create({ model: 'fake/talker', input: 'x' }), OpenAI.NotFoundError, error => assert.equal(error.code, 'unknown_url'));
const stranger = new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 });
await failing(() => stranger.chat.completions.create({ model: 'fake/talker', messages }), OpenAI.AuthenticationError, error => assert.equal(error.status, 401));
await failing(() => stranger.models.list(), OpenAI.AuthenticationError, error => assert.equal(error.status, 401));

// 7. A key's budget: three requests, then a refusal that says which.
const poor = new OpenAI({ baseURL, apiKey: 'poor-key', maxRetries: 0 });
for (let i = 0; i < 3; i++) await poor.chat.completions.create({ model: 'fake/talker', messages });
await failing(() => poor.chat.completions.create({ model: 'fake/talker', messages }), OpenAI.RateLimitError, error => {
  assert.equal(error.code, 'budget_exhausted');
  assert.match(error.message, /poor/);
});
console.log('{"sdk":"ok"}');
