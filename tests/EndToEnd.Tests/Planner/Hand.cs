using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Http;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Sessions;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>A goal done by hand: plain requests, each shown to the goal's oracle as the answer of an operation.</summary>
internal sealed class Hand : ITargetTransport, IDisposable
{
    private readonly HttpClient _http;
    private readonly string _basePath;
    private readonly DeclaredOracle _oracle;
    private readonly SessionState _state = new(new ActionIdentity("run", "0-0", "0", 1));
    private int _action;

    public Hand(GoalCase goal, SampleApi api)
    {
        _http = api.Client();
        _basePath = api.Sample.BasePath;
        var scenario = ScenarioLoader.Load(new ScenarioSources
        {
            File = goal.File,
            CommandLine = new Dictionary<string, string> { ["target.url"] = api.Url.AbsoluteUri },
        }).ThrowIfInvalid();
        _oracle = new DeclaredOracle(Assert.Single(scenario.Goals).Success, new Uri(api.Url, _basePath));
    }

    /// <summary>Calls an operation, which must answer 2xx, and gives its answer; null for an empty one.</summary>
    /// <param name="operation">Its operationId, which the oracle knows it by.</param>
    /// <param name="call">Method and path: <c>POST /loans</c>.</param>
    /// <param name="body">Body, written as JSON; null for none.</param>
    /// <param name="header">One more header as <c>Name: value</c>; null for none.</param>
    public async Task<JsonElement> CallAsync(string operation, string call, object? body = null, string? header = null)
    {
        var (method, path) = call.Split(' ') is [var first, var second] ? (first, second) : throw new ArgumentException(call);
        using var request = new HttpRequestMessage(new HttpMethod(method), _basePath + path);
        request.Content = body is null ? null : JsonContent.Create(body);
        if (_state.BearerToken is { } token)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        if (header?.Split(": ") is [var name, var value])
        {
            request.Headers.Add(name, value);
        }
        var exchange = await SendAsync(request);
        var text = System.Text.Encoding.UTF8.GetString(exchange.Body.Span);
        Assert.True(exchange.Status is >= 200 and < 300, $"{operation}: {exchange.Status} {text}");
        _oracle.Observe(++_action, operation, in exchange);
        await _oracle.ReadDueAsync(this, "sample", _state, TimeProvider.System, TestContext.Current.CancellationToken);
        return text.Length == 0 ? default : JsonElement.Parse(text);
    }

    /// <summary>Sends <paramref name="token"/> from now on; null: none.</summary>
    public void Use(string? token) => _state.BearerToken = token;

    /// <summary>What the oracle says of what was done.</summary>
    public ValueTask<OracleVerdict> JudgeAsync() => _oracle.JudgeAsync(this, "sample", _state, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Sends the oracle's own reads.</summary>
    public async ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        using var message = new HttpRequestMessage(request.Method, request.Url);
        foreach (var (name, value) in request.Headers ?? [])
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }
        return await SendAsync(message);
    }

    public void Dispose() => _http.Dispose();

    private async Task<TargetExchange> SendAsync(HttpRequestMessage request)
    {
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return new TargetExchange
        {
            Status = (int)response.StatusCode,
            Headers = [.. response.Content.Headers.Select(header => KeyValuePair.Create(header.Key, header.Value.First()))],
            Body = body,
            BodyLength = body.Length,
            Url = response.RequestMessage!.RequestUri,
        };
    }
}
