using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace ApeTest.Journey_Client;

/// <summary>One user: logs in, lists, fills a cart, checks out, logs out, and begins again. What goes wrong ends the journey and is counted.</summary>
internal sealed class JourneyUser(HttpMessageInvoker http, Uri target, int number)
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly Uri _login = new(target, "/login");
    private readonly Uri _products = new(target, "/products");
    private readonly Uri _cart = new(target, "/cart");
    private readonly Uri _checkout = new(target, "/checkout");
    private readonly Uri _logout = new(target, "/logout");
    private readonly byte[] _credentials = Encoding.UTF8.GetBytes($$"""{"name":"user-{{number}}","password":"pass-{{number}}"}""");

    public long Journeys { get; private set; }

    public long Requests { get; private set; }

    public long Errors { get; private set; }

    public string? LastError { get; private set; }

    public async Task RunAsync(CancellationToken end)
    {
        await Task.Yield();
        while (!end.IsCancellationRequested)
        {
            try
            {
                await BuyAsync();
                Journeys++;
            }
            catch (Exception error) when (error is HttpRequestException or IOException or InvalidDataException)
            {
                Errors++;
                LastError = error.Message;
            }
        }
    }

    private async Task BuyAsync()
    {
        var token = Find(await SendAsync(HttpMethod.Post, _login, null, _credentials, HttpStatusCode.OK), "token"u8);
        var product = Find(await SendAsync(HttpMethod.Get, _products, token, null, HttpStatusCode.OK), "id"u8);
        var filled = await SendAsync(HttpMethod.Post, _cart, token, Encoding.UTF8.GetBytes($$"""{"productId":"{{product}}","quantity":2}"""), HttpStatusCode.Created);
        var order = Encoding.UTF8.GetBytes($$"""{"cartId":"{{Find(filled, "id"u8)}}"}""");
        _ = Find(await SendAsync(HttpMethod.Post, _checkout, token, order, HttpStatusCode.Created), "orderId"u8);
        await SendAsync(HttpMethod.Post, _logout, token, null, HttpStatusCode.NoContent);
    }

    private async Task<byte[]> SendAsync(HttpMethod method, Uri url, string? token, byte[]? body, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(method, url);
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = Json } };
        }

        using var answer = await http.SendAsync(request, CancellationToken.None);
        Requests++;
        return answer.StatusCode == expected ? await answer.Content.ReadAsByteArrayAsync() : throw new InvalidDataException($"{url.AbsolutePath}: {(int)answer.StatusCode}");
    }

    /// <summary>The first property of a name, wherever it stands.</summary>
    private static string Find(byte[] json, ReadOnlySpan<byte> name)
    {
        var reader = new Utf8JsonReader(json);
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals(name) && reader.Read())
            {
                return reader.GetString() ?? throw new InvalidDataException("null");
            }
        }

        throw new InvalidDataException($"no {Encoding.UTF8.GetString(name)}");
    }
}
