namespace ApeTest.Scenarios.Tests.Loading;

/// <summary>Broken inputs: each gives exactly one error with the expected line, field and words.</summary>
public sealed class BrokenScenarioTests
{
    // {0} of a row is appended to Yaml.Minimal, so its first line is line 7.
    public static TheoryData<string, int, string, string> Appended => new()
    {
        { "agent: 5", 7, "agent", "unknown field. Did you mean `agents`?" },
        { "max_agents_per_node: 5", 7, "max_agents_per_node", "unknown field. Fields here: name, target," },
        { "agents: 0", 7, "agents", "must be >= 1 (got 0). Use for example 20." },
        { "agents: 5000000", 7, "agents", "must be <= 1000000 (got 5000000)" },
        { "agents: many", 7, "agents", "must be a whole number (got the text `many`)" },
        { "agents: \"50\"", 7, "agents", "must be a whole number (got the text `50`). Remove the quotes: 50." },
        { "agents: 1.5", 7, "agents", "must be a whole number (got the number 1.5)" },
        { "agents: 99999999999999999999", 7, "agents", "must be a whole number" },
        { "agents: [1]", 7, "agents", "must be a single value (got a list)" },
        { "agents: 1\nagents: 2", 8, "", "the key `agents` is given twice: first on line 7" },
        { "duration: -5s", 7, "duration", "must not be negative (got -5s). Use for example 2m." },
        { "duration: 30", 7, "duration", "needs a unit (got 30). Write 30s for seconds" },
        { "duration: soon", 7, "duration", "must be a duration (got the text `soon`)" },
        { "duration: 0s", 7, "duration", "must be longer than 0 (got 0s)" },
        { "duration: 900d", 7, "duration", "at most 366 days" },
        { "duration: 10s5m", 7, "duration", "must be a duration" },
        { "iterations: 0", 7, "iterations", "must be >= 1 (got 0)" },
        { "seed: abc", 7, "seed", "must be a whole number" },
        { "load: ramp", 7, "load", "must be a mapping (got the text `ramp`). Write for example `load: { shape: ramp" },
        { "load: { shape: rmap }", 7, "load.shape", "or `custom` (got the text `rmap`). Did you mean `ramp`?" },
        { "load: { shape: soak, to: 5 }", 7, "load.hold", "is required for the soak shape" },
        { "load: { shape: ramp, to: 9 }\nagents: 1", 7, "load.to", "must be <= agents, which is 1 (got 9)" },
        { "load: { over: 10s }", 7, "load.over", "has no meaning for the constant shape. Add `shape: ramp`" },
        { "iterations: 5\nload: { shape: ramp }", 8, "load.over", "is required: a ramp in a run without duration" },
        { "llm: { model: gpt-4o }", 7, "llm.model", "must be provider/model (got gpt-4o)" },
        { "llm: { model: cerebas/gpt-oss-120b }", 7, "llm.model", "unknown provider `cerebas`. Did you mean `cerebras`?" },
        { "llm: { model: builtin/gpt }", 7, "llm.model", "unknown model `builtin/gpt`. The built-in provider has one: `builtin/planner`." },
        { "llm: { baseUrl: ftp://x/v1 }", 7, "llm.baseUrl", "must start with http:// or https:// (got ftp://x/v1)" },
        { "llm: { base_url: \"http://x/v1\" }", 7, "llm.base_url", "unknown field. Did you mean `baseUrl`?" },
        { "llm: { maxCostUsd: 0 }", 7, "llm.maxCostUsd", "must be > 0 (got 0)" },
        { "llm: { planner: fast }", 7, "llm.planner", "must be a mapping (got the text `fast`)" },
        { "llm: { planner: { ttft: 50 } }", 7, "llm.planner.ttft", "needs a unit" },
        { "llm: { planner: { tokensPerSecond: -1 } }", 7, "llm.planner.tokensPerSecond", "must be >= 0 (got -1)" },
        { "session: { maxCostUsd: 0 }", 7, "session.maxCostUsd", "must be > 0 (got 0). Use for example 0.05." },
        { "llm: { temperature: 3 }", 7, "llm.temperature", "must be <= 2 (got 3)" },
        { "personas: { name: x }", 7, "personas", "must be a list (got a mapping)" },
        { "personas:\n  - hurried", 8, "personas[0]", "must be a mapping (got the text `hurried`)" },
        { "personas:\n  - { name: a }\n  - { name: a }", 9, "personas[1].name", "the name `a` is given twice" },
        { "personas:\n  - { name: a, weight: -1 }", 8, "personas[0].weight", "must be > 0 (got -1). Use for example 1." },
        { "personas:\n  - { name: a, weight: .nan }", 8, "personas[0].weight", "must be a number" },
        { "personas:\n  - { name: a, think: 800ms..200ms }", 8, "personas[0].think", "must not end before it begins (got 800ms..200ms)" },
        { "personas:\n  - { name: a, think: fast }", 8, "personas[0].think", "must be a duration (got the text `fast`)" },
        { "personas:\n  - { name: a, prompt: 5 }", 8, "personas[0].prompt", "must be text (got the number 5). Put it in quotes: \"5\"." },
        { "data: { user: users.csv }", 7, "data.user", "must be a mapping (got the text `users.csv`). Write for example `data: { user: { csv: users.csv } }`." },
        { "data: { user: { csv: nowhere.csv } }", 7, "data.user.csv", "the file `nowhere.csv` does not exist" },
        { "data: { user: { } }", 7, "data.user", "needs csv, json, jsonl, rows or generate" },
        { "data: { user: { csv: a.csv, rows: [] } }", 7, "data.user.rows", "cannot be beside csv" },
        { "data: { user: { rows: [] } }", 7, "data.user.rows", "has no rows" },
        { "data:\n  user:\n    rows:\n      - { a: 1, b: 2 }\n      - { a: 1 }", 11, "data.user.rows[1]", "has no column `b`, which the first row has" },
        { "data:\n  user:\n    rows:\n      - { a: 1 }\n      - { a: 1, c: 2 }", 11, "data.user.rows[1].c", "the first row has no such column. Columns: a." },
        { "data: { 1st: { rows: [ { a: 1 } ] } }", 7, "data.1st", "is not a name of a feed" },
        { "data: { user: { rows: [ { name: x } ] } }\nsecrets: [ user.pasword ]", 8, "secrets[0]", "the feed `user` has no column `pasword`. Columns: name." },
        { "data: { user: { rows: [ { password: x } ] } }\nsecrets: [ user.pasword ]", 8, "secrets[0]", "Did you mean `user.password`?" },
        { "data: { user: { rows: [ { password: x } ] } }\nsecrets: [ password ]", 8, "secrets[0]", "`password` names no column of a feed. Write feed.column; there are: user.password." },
        { "secrets: [ user.password ]", 7, "secrets[0]", "unknown feed `user` in `user.password`. Declare it: `data: { user: { csv: user.csv } }`." },
        { "data: { user: { csv: a.csv, json: b.json } }", 7, "data.user.json", "cannot be beside csv. Keep one of the two." },
        { "data: { env: { rows: [ { a: 1 } ] } }", 7, "data.env", "`env` stands for the environment" },
        { "data: { user: { rows: [ { a: 1 } ], order: shuffled } }", 7, "data.user.order", "must be `sequential` or `random` or `unique` (got the text `shuffled`)" },
        { "data: { user: { rows: [ { a: 1 } ], order: radom } }", 7, "data.user.order", "Did you mean `random`?" },
        { "data: { user: { rows: [ { a: 1 } ], onEnd: halt } }", 7, "data.user.onEnd", "must be `recycle` or `stop` (got the text `halt`)" },
        { "data: { user: { rows: [ { a: 1 } ], order: random, onEnd: stop } }", 7, "data.user.onEnd", "has no meaning for random rows" },
        { "agents: 3\ndata: { user: { rows: [ { a: 1 }, { a: 2 } ], order: unique } }", 8, "data.user.order", "2 rows are too few for 3 agents. Add rows, use fewer agents, or share rows with `onEnd: recycle`." },
        { "data: { user: { rows: [ { a: 1 } ], on_end: stop } }", 7, "data.user.on_end", "unknown field. Did you mean `onEnd`?" },
        { "data: { order: { generate: { } } }", 7, "data.order.generate", "has no columns. Write for example `generate: { id: \"{{uuid()}}\" }`." },
        { "data: { order: { generate: { id: 5 } } }", 7, "data.order.generate.id", "must be text (got the number 5)" },
        { "data: { order: { generate: { \"a b\": x } } }", 7, "data.order.generate[\"a b\"]", "`a b` is not a name of a column" },
        { "data: { order: { generate: { id: \"{{uid()}}\" } } }", 7, "data.order.generate.id", "unknown generator `uid`. Did you mean `{{uuid()}}`?" },
        { "data: { order: { generate: { id: \"{{random()}}\" } } }", 7, "data.order.generate.id", "unknown generator `random`. Generators: date(+1d, yyyy-MM-dd), email()," },
        { "data: { order: { generate: { id: \"{{uuid(4)}}\" } } }", 7, "data.order.generate.id", "`uuid(4)` takes nothing between its parentheses. Write for example `{{uuid()}}`." },
        { "data: { order: { generate: { n: \"{{int(6..1)}}\" } } }", 7, "data.order.generate.n", "`int(6..1)` must not end before it begins" },
        { "data: { order: { generate: { n: \"{{int(6)}}\" } } }", 7, "data.order.generate.n", "needs the least and the greatest whole number. Write for example `{{int(1..100)}}`." },
        { "data: { order: { generate: { n: \"{{int(-9223372036854775808..1)}}\" } } }", 7, "data.order.generate.n", "needs the least and the greatest whole number" },
        { "data: { order: { generate: { n: \"{{pick(a||b)}}\" } } }", 7, "data.order.generate.n", "needs texts with `|` between them, none empty" },
        { "data: { order: { generate: { n: \"{{sequence(x)}}\" } } }", 7, "data.order.generate.n", "takes nothing or its first number" },
        { "data: { order: { generate: { n: \"{{name(middle)}}\" } } }", 7, "data.order.generate.n", "takes nothing, `first` or `last`" },
        { "data: { order: { generate: { n: \"{{email(a b)}}\" } } }", 7, "data.order.generate.n", "takes nothing or a domain" },
        { "data: { order: { generate: { n: \"{{date(tomorrow)}}\" } } }", 7, "data.order.generate.n", "needs an offset from now" },
        { "data: { order: { generate: { n: \"{{date(+2d..+1d)}}\" } } }", 7, "data.order.generate.n", "must not end before it begins" },
        { "data: { order: { generate: { n: \"{{date(now, %)}}\" } } }", 7, "data.order.generate.n", "has the format `%`, which is none of .NET's date formats" },
        { "data: { order: { generate: { n: \"{{date(now,)}}\" } } }", 7, "data.order.generate.n", "has a comma but no format" },
        { "data: { order: { generate: { a: \"{{uuid()}}\", b: \"{{order.a}}\" } } }", 7, "data.order.generate.b", "`order.a` is generated itself" },
        { "data: { order: { generate: { b: \"{{usr.name}}\" } } }", 7, "data.order.generate.b", "unknown feed `usr`" },
        { "data: { order: { generate: { b: \"{{env.NOT_SET}}\" } } }", 7, "data.order.generate.b", "the environment variable NOT_SET is not set. Set it, for example `export NOT_SET=...`." },
        { "data: { order: { generate: { a: \"{{uuid()}}\" }, order: random } }", 7, "data.order.order", "has no meaning for generated values" },
        { "secrets: [ env.TOKEN ]", 7, "secrets[0]", "`env.TOKEN` need not be listed. Everything from the environment is secret: remove it." },
        { "personas:\n  - { name: a, patience: 5 }", 8, "personas[0].patience", "needs a unit (got 5). Write 5s" },
        { "personas:\n  - { name: a, patience: 0 }", 8, "personas[0].patience", "must be longer than 0 (got 0)" },
        { "personas:\n  - { name: a, patients: 5s }", 8, "personas[0].patients", "unknown field. Did you mean `patience`?" },
        { "journeys:\n  - { name: browse }", 8, "journeys[0].steps", "a journey needs at least one request. Write for example `steps: [ { get: /products } ]`" },
        { "thresholds: { session_succes: \">= 0.9\" }", 7, "thresholds.session_succes", "unknown metric `session_succes`. Did you mean `session_success`?" },
        { "thresholds: { mtba: \"< 1s\" }", 7, "thresholds.mtba", "unknown metric `mtba`. " },
        { "thresholds: { session_success: 0.95 }", 7, "thresholds.session_success", "must be text (got the number 0.95)" },
        { "thresholds: { session_success: \"0.95\" }", 7, "thresholds.session_success", "`0.95` does not start with a comparison" },
        { "thresholds: { session_success: \">= 95\" }", 7, "thresholds.session_success", "`95` is not a share: 0..1, or a percentage such as 95%" },
        { "thresholds: { ttft_p95: \"< 500\" }", 7, "thresholds.ttft_p95", "`500` is not a duration with its unit. Write for example `< 500ms`." },
        { "thresholds: { \"ttft_p95{operation=a}\": \"< 5s\" }", 7, "thresholds.ttft_p95{operation=a}", "`ttft_p95` takes no labels" },
        { "thresholds: { \"http_p95{op=a}\": \"< 5s\" }", 7, "thresholds.http_p95{op=a}", "is not a label. Write `http_p95{operation=checkout}`." },
        { "thresholds: { http_p95: \"< 5s\", \" http_p95\": \"< 6s\" }", 7, "thresholds[\" http_p95\"]", "`http_p95` is given twice" },
        { "session: { maxSteps: 0 }", 7, "session.maxSteps", "must be >= 1 (got 0). Use for example 25." },
        { "telemetry: { sample: 1.5 }", 7, "telemetry.sample", "must be <= 1 (got 1.5)" },
        { "gateway: local", 7, "gateway", "must be `remote` or `in-process` (got the text `local`)" },
        { "gracefulStop: -1s", 7, "gracefulStop", "must not be negative (got -1s)" },
        { "load: !shape { shape: ramp, to: 1 }", 7, "", "the tag `!shape` is not supported" },
        { "session: *limits", 7, "", "the alias `*limits` has no anchor before it" },
        { "session: { <<: { maxSteps: 3 } }", 7, "", "merge keys (`<<`) are not supported" },
        { "? [ a ]\n: 1", 7, "", "a key must be a name (got a list)" },
        { "agents: [ 1", 8, "", "is not valid YAML or JSON" },
        { "\tagents: 5", 7, "", "is not valid YAML or JSON" },
        { "---\nagents: 5", 7, "", "holds a second document" },
    };

    public static TheoryData<string, int, string, string> Whole => new()
    {
        { "", 1, "", "is empty" },
        { "# only a comment", 1, "", "is empty" },
        { "just words", 1, "", "must be a mapping of fields (got the text `just words`)" },
        { "- a\n- b", 1, "", "must be a mapping of fields (got a list)" },
        { "agents: 5\ngoals: [ { goal: x } ]", 1, "target.url", "is required: which application to test. Write `target: { url: http://127.0.0.1:5080 }`" },
        { "goals: [ { goal: x } ]\ntarget:\n  openapi: https://api.example.com/v1/openapi.json", 3, "target.url",
            "is required: which application to test. Did you mean `url: https://api.example.com`?" },
        { "target: http://127.0.0.1\ngoals: [ { goal: x } ]", 1, "target", "must be a mapping (got the text `http://127.0.0.1`). Write for example `target: { url:" },
        { "target: { url: ftp://files.example.com }\ngoals: [ { goal: x } ]", 1, "target.url", "must start with http:// or https:// (got ftp://files.example.com)" },
        { "target: { url: \"localhost:5080\" }\ngoals: [ { goal: x } ]", 1, "target.url", "must be an absolute http:// or https:// URL (got localhost:5080). Did you mean `http://localhost:5080`?" },
        { "target: { url: \"http://ann:hunter2@x\" }\ngoals: [ { goal: x } ]", 1, "target.url", "must not hold a user name or password. Remove" },
        { "target: { url: \"http://x/?a=b\" }\ngoals: [ { goal: x } ]", 1, "target.url", "must not have a query or fragment" },
        { "target: { url: \"http://\" }\ngoals: [ { goal: x } ]", 1, "target.url", "is not a valid URL (got http://)" },
        { "target: { url: \"${TARGET}\" }\ngoals: [ { goal: x } ]", 1, "target.url", "${VAR} works in header values only" },
        { "target: { url: http://x, name: a.b }\ngoals: [ { goal: x } ]", 1, "target.name", "must not hold '.'" },
        { "target: { url: http://x, hosts: [ \"http://y\" ] }\ngoals: [ { goal: x } ]", 1, "target.hosts[0]", "must be a host or host:port (got http://y)" },
        { "target: { url: http://x, graphql: graphql }\ngoals: [ { goal: x } ]", 1, "target.graphql", "must be a path on the target or an http(s) URL (got graphql). Use for example /graphql." },
        { "target: { url: http://x, graphql: //y/z }\ngoals: [ { goal: x } ]", 1, "target.graphql", "must be a path on the target or an http(s) URL" },
        { "target: { url: http://x, graphql: \"http://u:p@y/graphql\" }\ngoals: [ { goal: x } ]", 1, "target.graphql", "must not hold a user name or password" },
        { "target: { url: http://x, openapi: ftp://y/z }\ngoals: [ { goal: x } ]", 1, "target.openapi", "must be a path on the target, an http(s) URL or a file" },
        { "target: { url: http://x, headers: { Host: y } }\ngoals: [ { goal: x } ]", 1, "target.headers.Host", "is set by ApeTest itself" },
        { "target: { url: http://x, headers: { \"A B\": y } }\ngoals: [ { goal: x } ]", 1, "target.headers[\"A B\"]", "is not a name of a header" },
        { "target: { url: http://x, headers: { A: \"x\\ny\" } }\ngoals: [ { goal: x } ]", 1, "target.headers.A", "must not hold line breaks" },
        { "target: { url: http://x, headers: { a: x, A: y } }\ngoals: [ { goal: x } ]", 1, "target.headers.A", "is given twice: names of headers have no case" },
        { "target: { url: http://x, headers: { A: \"${NOT_SET}\" } }\ngoals: [ { goal: x } ]", 1, "target.headers.A", "the environment variable NOT_SET is not set" },
        { "target: { url: http://x, headers: { A: \"${NOT\" } }\ngoals: [ { goal: x } ]", 1, "target.headers.A", "holds a broken `${VAR}`" },
        { "target: { url: http://x, insecure: yes }\ngoals: [ { goal: x } ]", 1, "target.insecure", "must be true or false (got the text `yes`)" },
        { "target: { url: http://x }", 1, "goals", "at least one goal is required" },
        { "target: { url: http://x }\ngoals: []", 2, "goals", "at least one goal is required" },
        { "target: { url: http://x }\ngoals:\n  - name: a", 3, "goals[0].goal", "is required: what the agent is to achieve" },
        { "target: { url: http://x }\ngoals:\n  - goal: \" \"", 3, "goals[0].goal", "must not be empty" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, name: \"a b\" }", 3, "goals[0].name", "Use for example a-b." },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, name: x }\n  - { goal: b, name: x }", 4, "goals[1].name", "the name `x` is given twice" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, weight: 0 }", 3, "goals[0].weight", "must be > 0 (got 0)" },
        { "target: { url: http://x }\ngoals:\n  - goal: a {{usr.name}}\ndata: { user: { rows: [ { name: x } ] } }", 3, "goals[0].goal", "unknown feed `usr` in `usr.name`. Did you mean `user.name`?" },
        { "target: { url: http://x }\ngoals:\n  - goal: a {{user.nam}}\ndata: { user: { rows: [ { name: x } ] } }", 3, "goals[0].goal", "the feed `user` has no column `nam`. Did you mean `user.name`?" },
        { "target: { url: http://x }\ngoals:\n  - goal: a {{name}}", 3, "goals[0].goal", "`name` names no column of a feed" },
        { "target: { url: http://x }\ngoals:\n  - goal: a {{uuid}}", 3, "goals[0].goal", "Did you mean the generator `{{uuid()}}`?" },
        { "target: { url: http://x }\ngoals:\n  - goal: a {{env.NOT_SET}}", 3, "goals[0].goal", "the environment variable NOT_SET is not set" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { read: \"GET /a/{{uuid()}}\" } ] }", 3, "goals[0].success[0]",
            "generates `uuid()`, which no session has sent. Name the value: `data: { order: { generate: { id: \"{{uuid()}}\" } } }`" },
        { "target: { url: http://x }\ngoals:\n  - goal: a {{name", 3, "goals[0].goal", "`{{` has no `}}`" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: 201 }", 3, "goals[0].success", "must be text (got the number 201)" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: \"checkout=abc\" }", 3, "goals[0].success", "`abc` is not an HTTP status (at character 10)" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { status: 201 } ] }", 3, "goals[0].success[0]", "needs one of operation, read, captured, state, all, any and not" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, read: \"GET /a\" } ] }", 3, "goals[0].success[0]", "and not (got operation and read)" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, staus: 201 } ] }", 3, "goals[0].success[0].staus", "unknown field. Did you mean `status`?" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, status: 20 } ] }", 3, "goals[0].success[0].status", "must be >= 100 (got 20)" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, capture: { id: id } } ] }", 3, "goals[0].success[0].capture.id", "`id` is not a JSON path" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, capture: { 9: $.id } } ] }", 3, "goals[0].success[0].capture.9", "is not a name for a captured value" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, json: { id: 3 } } ] }", 3, "goals[0].success[0].json.id", "`id` is not a JSON path" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { read: \"POST /a\" } ] }", 3, "goals[0].success[0].read", "`POST /a` is not a read" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { read: \"GET //evil/a\" } ] }", 3, "goals[0].success[0].read", "is not a path of the target" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { read: \"GET /a/{{id}}\" } ] }", 3, "goals[0].success[0]", "no earlier condition captures `id`. Capture it first" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, status: 6xx } ] }", 3, "goals[0].success[0].status", "`6xx` is not an HTTP status" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, status: [ 200, 700 ] } ] }", 3, "goals[0].success[0].status", "must be an HTTP status from 100 to 599 (got 700)" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, as: nobody } ] }", 3, "goals[0].success[0].as", "belongs to a read" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { read: \"GET /a\", as: root } ] }", 3, "goals[0].success[0].as", "must be `session` or `nobody`" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, json: { $.n: { mni: 3 } } } ] }", 3, "goals[0].success[0].json[\"$.n\"]", "`mni` is no comparison here. Did you mean `min`? Comparisons: equals," },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, json: { $.n: {} } } ] }", 3, "goals[0].success[0].json[\"$.n\"]", "holds no comparison" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, json: { $.n: { min: high } } } ] }", 3, "goals[0].success[0].json[\"$.n\"]", "`min` needs a number (got \"high\")" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, header: { \"a b\": x } } ] }", 3, "goals[0].success[0].header[\"a b\"]", "`a b` is not the name of a header" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, header: { A: { count: 1 } } } ] }", 3, "goals[0].success[0].header.A", "`count` is no comparison here" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, regex: \"(?=x)\" } ] }", 3, "goals[0].success[0].regex", "`(?=x)` is not a regular expression" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, regex: \"x{{id}}\" } ] }", 3, "goals[0].success[0].regex", "a regular expression holds no values (got `{{id}}`)" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a, capture: { id: \"regex:(\" } } ] }", 3, "goals[0].success[0].capture.id", "`(` is not a regular expression" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { operation: a }, { captured: { id: 1 } } ] }", 3, "goals[0].success[1].captured", "no earlier condition captures `id`" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { state: { id: 1 }, status: 200 } ] }", 3, "goals[0].success[0].status", "belongs to an operation or a read, not to state" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { any: [] } ] }", 3, "goals[0].success[0].any", "needs at least one condition" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { any: [ { operation: a, staus: 1 } ] } ] }", 3, "goals[0].success[0].any[0].staus", "unknown field. Did you mean `status`?" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { any: [ \"a{id=$.id}\", \"b\" ] }, \"GET /o/{{id}}\" ] }", 3, "goals[0].success[1]", "no earlier condition captures `id`" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ { not: \"a{id=$.id}\" }, \"GET /o/{{id}}\" ] }", 3, "goals[0].success[1]", "no earlier condition captures `id`" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: a, failure: [ { not: { not: { not: { not: { not: { not: { not: { not: { operation: a } } } } } } } } } ] }", 3, "goals[0].failure[0].not.not.not.not.not.not.not.not", "nests deeper than 8 conditions" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: a, failure: \"a=500; GET /o/{{x}}\" }", 3, "goals[0].failure.all[1]", "no earlier condition captures `x`" },
        { "target: { url: http://x }\ngoals:\n  - { goal: a, success: [ [] ] }", 3, "goals[0].success[0]", "must be a condition (got a list)" },
    };

    [Theory]
    [MemberData(nameof(Appended))]
    public void Load_BrokenLine_NamesLineFieldAndRule(string lines, int line, string path, string message) =>
        AssertOneError(Yaml.Minimal + lines + "\n", line, path, message);

    [Theory]
    [MemberData(nameof(Whole))]
    public void Load_BrokenFile_NamesLineFieldAndRule(string text, int line, string path, string message) =>
        AssertOneError(text, line, path, message);

    [Fact]
    public void Load_PasswordInUrl_IsNotQuoted()
    {
        var result = Yaml.Load("target: { url: \"http://ann:hunter2@x\" }\ngoals: [ { goal: x } ]");

        Assert.DoesNotContain("hunter2", string.Join('\n', result.Errors) + result.Resolved.ToYaml(), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ControlCharactersInAValue_AreEscapedInTheMessage()
    {
        var error = Assert.Single(Yaml.Load(Yaml.Minimal + "gateway: \"\\e[31mred\"\n").Errors);

        Assert.DoesNotContain('\u001b', error.ToString());
        Assert.Contains("\\u001b[31mred", error.Message, StringComparison.Ordinal);
    }

    private static void AssertOneError(string text, int line, string path, string message)
    {
        var result = Yaml.Load(text);

        var error = Assert.Single(result.Errors);
        Assert.Equal((line, path), (error.Line, error.Path));
        Assert.StartsWith($"shop.yaml:{line}: ", error.ToString(), StringComparison.Ordinal);
        Assert.Contains(message, error.ToString(), StringComparison.Ordinal);
        Assert.Null(result.Scenario);
    }
}
