using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Testing.Sample;

/// <summary>A small application under test, on a real port of this process. With your own: start it as its Program does, with <c>UseUrls("http://127.0.0.1:0")</c>.</summary>
public sealed class NotesApi : IAsyncLifetime
{
    private const string OpenApi = """
        {"openapi":"3.0.3","info":{"title":"notes","version":"1"},"paths":{
          "/notes":{"post":{"operationId":"createNote","summary":"Create a note","requestBody":{"required":true,"content":{"application/json":{"schema":{
              "type":"object","required":["text"],"properties":{"text":{"type":"string"}}}}}},"responses":{"201":{"description":"created"}}}},
          "/notes/{id}":{"get":{"operationId":"getNote","summary":"Read a note","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}}],
              "responses":{"200":{"description":"the note"},"404":{"description":"no such note"}}}}}}
        """;

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, string> _notes = new();
    private readonly WebApplication _app;

    public NotesApi()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/openapi.json", () => Results.Content(OpenApi, "application/json"));
        _app.MapPost("/notes", (Note note) =>
        {
            var id = $"n{_notes.Count + 1}-{Guid.NewGuid():n}";
            _notes[id] = note.Text;
            return Results.Created($"/notes/{id}", new { id });
        });
        _app.MapGet("/notes/{id}", (string id) => _notes.TryGetValue(id, out var text) ? Results.Ok(new { id, text }) : Results.NotFound());
    }

    public Uri Url => new(_app.Urls.First());

    public async ValueTask InitializeAsync() => await _app.StartAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private sealed record Note(string Text);
}
