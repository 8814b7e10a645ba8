using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>Surroundings in which no run can begin: target, document, oracle, model, disk.</summary>
internal static class ReadinessRows
{
    private const string Goal = "--goal 'Borrow a book' --success borrowBook=201";

    public static BadRow[] All { get; } =
    [
        new(3, $"start --target http://127.0.0.1:9 {Goal}", "the target http://127.0.0.1:9/ cannot be reached: connection refused|--target URL"),
        new(3, $"start --target http://nowhere.invalid -y {Goal}", "cannot be reached: the name does not resolve|Check the host in --target"),
        new(3, $"start --target https{{host}} {Goal}", "cannot be reached: TLS failed|It answers at {server}/: use that URL."),
        Document("/absent.json", "there is no OpenAPI document at {server}/absent.json: the server answered 404|Give --openapi"),
        Document("/teapot.json", "the server answered 503"),
        Document("/html", "is malformed: it is an HTML or XML page|not of its documentation page"),
        Document("/empty.json", "is malformed: it is empty"),
        Document("/broken.json", "{server}/broken.json is malformed: line 4|not valid JSON"),
        Document("/broken.yaml", "{server}/broken.yaml is malformed: line "),
        Document("/list.json", "the document must be an object"),
        Document("/swagger.json", "Swagger 2.0 is not supported|Convert it to OpenAPI 3"),
        Document("/v32.json", "version '3.2.0' is not supported|Use OpenAPI 3.0 or 3.1."),
        Document("/nothing.json", "$.paths: holds no operation"),
        Document("/huge.json", "the answer is larger than 32 MB"),
        Document("absent.json", "the OpenAPI document absent.json cannot be read: there is no such file"),
        Document(".", "the OpenAPI document . cannot be read: it is a directory"),
        Document("/dev/zero", "answered 404"),
        Document("../../../../../../../../../../dev/zero", "is larger than 32 MB"),
        new(3, $"start --target {{server}} --openapi http://127.0.0.1:9/x.json {Goal}", "the OpenAPI document at http://127.0.0.1:9/x.json cannot be read: connection refused"),
        new(2, "start --target {server} --openapi /good.json --goal g --success borowBook=201", "unknown operation 'borowBook'; did you mean 'borrowBook'?|Operations of the target: borrowBook."),
        new(2, "start --success chekout=201", "unknown operation 'chekout'; did you mean 'checkout'?"),
        new(2, "start --model cerebras/gpt-oss-120b", "cerebras needs a key and CEREBRAS_API_KEY is not set|CEREBRAS_API_KEY_FILE"),
        new(2, "start --model openai/gpt-4o", "openai needs a key and OPENAI_API_KEY is not set"),
        new(2, "start --model cerebras/x", "CEREBRAS_API_KEY_FILE: nokey cannot be read") { Variables = [("CEREBRAS_API_KEY_FILE", "nokey")] },
        new(2, "start --model cerebras/x", "CEREBRAS_API_KEY: holds a space, a line break or another character that no key has") { Variables = [("CEREBRAS_API_KEY", "hu sh")] },
        new(3, "start --model ollama/llama3.2", "ollama/llama3.2: ollama at http://127.0.0.1:9/v1 is unreachable|ollama serve") { Variables = [("OLLAMA_HOST", "http://127.0.0.1:9")] },
        new(3, "start --model ollama/llama3.2", "has no model \"llama3.2\"|ollama pull llama3.2") { Variables = [("OLLAMA_HOST", "{server}/llm/v1")] },
        new(2, "start --model ollama/x", "OLLAMA_HOST: |is not a host, host:port or URL") { Variables = [("OLLAMA_HOST", "ht tp")] },
        Model("openai/small-modle", "/llm/v1", 3, "has no model \"small-modle\"|openai/small-model"),
        Model("openai/x", "/refused/v1", 2, "answered 401: wrong key|check the key of openai"),
        Model("openai/x", "/webpage/v1", 3, "does not answer with OpenAI's model list; is the base URL right?"),
        Model("openai/x", "/down/v1", 3, "/down/v1/models answered 502|check its base URL"),
        Model("openai/x", "/nothing/v1", 3, "/nothing/v1/models answered 404"),
        new(3, "start --agents 900000", "900,000 agents do not fit in this process|x 900,000 + 300 of ApeTest's own|use at most "),
        new(3, "start", "run directory|cannot be made") { Files = [(".ape", "a file where the folder belongs")] },
        new(3, "start", "cannot be made") { Files = [(".ape/runs", "a file where the folder belongs")] },
    ];

    private static BadRow Document(string where, string says) => new(2, $"start --target {{server}} --openapi {where} {Goal}", says);

    private static BadRow Model(string model, string path, int code, string says) => new(code, "start s.yaml", says)
    {
        Variables = [("APETEST_SCENARIO__LLM__BASEURL", "{server}" + path), ("APETEST_SCENARIO__TARGET__URL", "{server}"), ("OPENAI_API_KEY", "hush")],
        Files = [("s.yaml", $"target: {{ openapi: /good.json }}\nllm: {{ model: {model} }}\ngoals: [ {{ goal: Borrow a book, success: borrowBook=201 }} ]\n")],
    };
}
