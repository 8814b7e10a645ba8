using System.Globalization;
using System.Text.Json;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Journeys;

/// <summary>What journeys send: every kind of body, every method, and generated values that are there once.</summary>
public sealed class PayloadTests
{
    [Theory]
    [InlineData("lean", "in-process")]
    [InlineData("sockets", "in-process")]
    [InlineData("auto", "remote")]
    public async Task Start_EveryKindOfBody_ArrivesWithItsContentType(string transport, string gateway)
    {
        using var directory = new TempDirectory();
        directory.Write("a.bin", "raw <{{not a placeholder}}>");
        await using var target = await JourneyTarget.StartAsync((context, request) => context.Response.WriteAsJsonAsync(new { request.Body, data = new { } }));

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}", transport: {{{transport}}} }
            gateway: {{{gateway}}}
            iterations: 1
            data: { user: { rows: [ { name: 'ö "&<x> +%/', qty: 3 } ] } }
            journeys:
              - steps:
                  - { post: /t/json, json: { name: "{{user.name}}", qty: "{{user.qty:json}}", list: [ 1, true, null ] } }
                  - { post: /t/form, form: { name: "{{user.name}}", b: "2" } }
                  - { post: /t/multipart, multipart: { note: "{{user.name}}", doc: { file: a.bin, contentType: application/pdf } } }
                  - { post: /t/xml, xml: "<order name='{{user.name}}'/>" }
                  - { post: /t/text, text: "hello {{user.name}}" }
                  - { post: /t/graphql, graphql: "query($n: String!) { user(name: $n) { id } }", variables: { n: "{{user.name}}" } }
                  - { post: /t/file, file: a.bin }
                  - { post: /t/own, text: "a,b", contentType: text/csv }
                  - { get: "/t/query/{{user.name}}", query: { q: "{{user.name}}", tag: [ a, b ] } }
            """);

        const string Name = "ö \"&<x> +%/";
        TargetRequest Of(string path) => Assert.Single(target.At($"/t/{path}"));
        using var json = JsonDocument.Parse(Of("json").Body);
        Assert.Equal("application/json", Of("json").ContentType?.Split(';')[0]);
        Assert.Equal((Name, 3), (json.RootElement.GetProperty("name").GetString(), json.RootElement.GetProperty("qty").GetInt32()));
        Assert.Equal([JsonValueKind.Number, JsonValueKind.True, JsonValueKind.Null], json.RootElement.GetProperty("list").EnumerateArray().Select(item => item.ValueKind));
        Assert.Equal("application/x-www-form-urlencoded", Of("form").ContentType);
        Assert.Equal([Name, "2"], Of("form").Body.Split('&').Select(pair => Uri.UnescapeDataString(pair.Split('=')[1].Replace('+', ' '))));
        Assert.StartsWith("multipart/form-data; boundary=", Of("multipart").ContentType, StringComparison.Ordinal);
        Assert.Contains($"\r\n\r\n{Name}\r\n", Of("multipart").Body, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/pdf\r\n\r\nraw <{{not a placeholder}}>\r\n", Of("multipart").Body, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("application/xml", Of("xml").ContentType?.Split(';')[0]);
        Assert.Equal(Name, System.Xml.Linq.XElement.Parse(Of("xml").Body).Attribute("name")!.Value);
        Assert.Equal(("text/plain; charset=utf-8", $"hello {Name}"), (Of("text").ContentType, Of("text").Body));
        using var graphql = JsonDocument.Parse(Of("graphql").Body);
        Assert.Equal(("query($n: String!) { user(name: $n) { id } }", Name),
            (graphql.RootElement.GetProperty("query").GetString(), graphql.RootElement.GetProperty("variables").GetProperty("n").GetString()));
        Assert.Equal(("application/octet-stream", "raw <{{not a placeholder}}>"), (Of("file").ContentType, Of("file").Body));
        Assert.Equal("text/csv", Of("own").ContentType);
        var query = Assert.Single(target.Requests, request => request.Path.StartsWith("/t/query/", StringComparison.Ordinal));
        Assert.Equal(Name, Uri.UnescapeDataString(query.Path["/t/query/".Length..]));
        Assert.Equal([Name, "a", "b"], query.Target.Split('?')[1].Split('&').Select(pair => Uri.UnescapeDataString(pair.Split('=')[1].Replace('+', ' '))));
        Assert.All(target.Requests, request => Assert.Equal(55, request.Header("traceparent").Length));
        Assert.Single(target.Requests.Select(request => request.TraceId).Distinct());
        Assert.Equal(9, run.Summary.Http.Sum(http => http.Count));
    }

    [Theory]
    [InlineData("lean")]
    [InlineData("sockets")]
    public async Task Start_EveryMethod_IsSentAndMeasuredAsSuch(string transport)
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync();

        var run = await JourneyRun.StartAsync(directory, 0, $$"""
            target: { url: "{{target.Url}}", transport: {{transport}} }
            iterations: 3
            journeys:
              - steps:
                  - { get: /t/x }
                  - { post: /t/x, text: a }
                  - { put: /t/x, text: a }
                  - { patch: /t/x, text: a }
                  - { delete: /t/x }
                  - { head: /t/x }
                  - { options: /t/x }
                  - { request: PURGE /t/x }
            """);

        string[] methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "PURGE"];
        Assert.Equal(Enumerable.Repeat(methods, 3).SelectMany(method => method), target.Requests.Select(request => request.Method));
        Assert.Equal(methods.Order(StringComparer.Ordinal), run.Summary.Http.Select(http => http.Method).Order(StringComparer.Ordinal));
        Assert.All(run.Summary.Http, http => Assert.Equal((3, 0), (http.Count, http.Errors)));
    }

    [Fact]
    public async Task Start_ThousandRequests_CarryThousandDistinctGeneratedValues()
    {
        using var directory = new TempDirectory();
        await using var target = await JourneyTarget.StartAsync((context, request) => context.Response.WriteAsync(request.Body));

        var run = await JourneyRun.StartAsync(directory, 0, $$$"""
            target: { url: "{{{target.Url}}}" }
            agents: 60
            iterations: 1000
            data: { order: { generate: { number: "{{sequence()}}", mail: "{{email(shop.test)}}" } } }
            journeys:
              - steps:
                  - post: /t/echo
                    json: { id: "{{uuid()}}", number: "{{order.number:json}}", place: "{{sequence()}}", mail: "{{order.mail}}" }
                    check: { json: { $.number: "{{order.number}}", $.mail: "{{order.mail}}" } }
            """);

        var bodies = target.At("/t/echo").Select(request => JsonDocument.Parse(request.Body).RootElement).ToList();
        Assert.Equal(1000, bodies.Count);
        Assert.Equal(1000, bodies.Select(body => body.GetProperty("id").GetGuid()).Distinct().Count());
        Assert.Equal(1000, bodies.Select(body => body.GetProperty("mail").GetString()).Distinct().Count());
        // Both count on from one another: a number is there once in the run, wherever it stands.
        Assert.Equal(Enumerable.Range(1, 2000), bodies.Select(body => body.GetProperty("number").GetInt32())
            .Concat(bodies.Select(body => int.Parse(body.GetProperty("place").GetString()!, CultureInfo.InvariantCulture))).Order());
        Assert.Equal((1000L, 1000L), (run.Summary.Sessions.Succeeded, run.Count("POST /t/echo")));
    }
}
