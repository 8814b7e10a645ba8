using System.Text;
using ApeTest.EndToEnd.Tests.Security;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>What is secret stays out of everything that a run says and writes, also where the target echoes it.</summary>
public sealed class JourneySecretsTests
{
    private const string Password = "p/w \"4711\" +ö<&'!)";
    private const string ApiKey = "key-0123456789abcdef";
    private const string EnvKey = "env-fedcba9876543210";

    private readonly string _token = $"tok/+{Guid.NewGuid():n}==";
    private readonly string _sid = $"sid-{Guid.NewGuid():n}";

    [Theory]
    [InlineData("start", "lean", "in-process", false)]
    [InlineData("start", "lean", "in-process", true)]
    [InlineData("start", "sockets", "in-process", true)]
    [InlineData("start", "auto", "remote", true)]
    [InlineData("try", "lean", "in-process", false)]
    [InlineData("try", "lean", "in-process", true)]
    public async Task Run_SecretsThatAreSentAndEchoed_AreNowhere(string command, string transport, string gateway, bool fails)
    {
        using var scenario = new TempDirectory();
        using var place = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) =>
        {
            if (request.Path == "/t/login")
            {
                context.Response.Cookies.Append("sid", _sid);
                return context.Response.WriteAsJsonAsync(new { token = _token, echo = request.Body });
            }
            // All that it was told, in the way of an error page.
            context.Response.StatusCode = fails && request.Path == "/t/last" ? 400 : 200;
            return context.Response.WriteAsJsonAsync(new { request.Target, request.Body, request.Headers });
        });
        scenario.Write(JourneyRun.File, $$$"""
            target: { url: "{{{target.Url}}}", transport: {{{transport}}}, headers: { X-Api-Key: "${API_KEY}" } }
            gateway: {{{gateway}}}
            telemetry: { sample: 1 }
            data: { user: { rows: [ { name: ann, password: {{{System.Text.Json.JsonSerializer.Serialize(Password)}}} } ] } }
            secrets: [ user.password ]
            journeys:
              - name: buy
                steps:
                  - { name: login, post: /t/login, json: { name: "{{user.name}}", password: "{{user.password}}" }, extract: { token: $.token } }
                  - { name: form, post: /t/form, form: { password: "{{user.password}}" }, query: { p: "{{user.password}}" }, headers: { Authorization: "Bearer {{token}}", X-Env: "${ENV_KEY}" } }
                  - { name: path, get: "/t/path/{{user.password}}", query: { token: "{{token}}", env: "{{env.ENV_KEY}}" }, extract: { heard: $.target } }
                  - { name: last, get: /t/last, headers: { Authorization: "Bearer {{token}}" }, check: { status: 200, json: { $.headers.Authorization: "Bearer {{token}}" } } }
            """);
        string[] words = command == "try" ? [command, scenario.Combine(JourneyRun.File), "--full"] : [command, scenario.Combine(JourneyRun.File), "--iterations", "2", "--agents", "1"];

        var result = await ApeProcess.RunWithAsync(place, new() { ["API_KEY"] = ApiKey, ["ENV_KEY"] = EnvKey }, words);

        result.Exits(fails ? 99 : 0);
        Assert.NotEmpty(target.At("/t/last"));
        Assert.Contains(target.Requests, request => request.Header("X-Env") == EnvKey && request.Header("X-Api-Key") == ApiKey && request.Header("Cookie").Contains(_sid, StringComparison.Ordinal));
        var texts = Directory.EnumerateFiles(place.Path, "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(place.Path, file), file => Encoding.Latin1.GetString(File.ReadAllBytes(file)));
        Assert.Contains(texts.Keys, file => file.EndsWith("sessions.jsonl", StringComparison.Ordinal));
        Assert.Contains(texts.Keys, file => file.EndsWith("summary.json", StringComparison.Ordinal));
        texts["stdout"] = result.Out;
        texts["stderr"] = result.Error;
        Dictionary<string, string> secrets = new() { ["password"] = Password, ["token"] = _token, ["cookie"] = _sid, ["API key"] = ApiKey, ["variable"] = EnvKey };
        var leaks = string.Join('\n',
            from text in texts
            from secret in secrets
            from spelling in Spellings.Of(secret.Value)
            where text.Value.Contains(Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(spelling.Value)), StringComparison.Ordinal)
            select $"{text.Key} holds the {secret.Key} in {spelling.Key}");
        Assert.True(leaks.Length == 0, leaks);
    }
}
