using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.Tests.Shared.Library;

namespace ApeTest.Shop.Tests.Library;

/// <summary>The tests' second target keeps what its document promises.</summary>
public class LibraryApiTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Journey_BorrowAndReturn_LoanCarriesTheTrace()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var client = new HttpClient(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { BaseAddress = library.Url };
        client.DefaultRequestHeaders.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-00");
        Assert.Equal(401, (await SendAsync(client, HttpMethod.Get, "/loans")).Status);

        var (card, pin) = LibraryApi.Card(1);
        Assert.Equal(("card-0001", "1234"), (card, pin));
        Assert.Equal(401, (await SendAsync(client, HttpMethod.Post, "/sessions", new { cardNumber = card, pin = "9999" })).Status);
        var session = await SendAsync(client, HttpMethod.Post, "/sessions", new { cardNumber = card, pin });
        Assert.Equal(201, session.Status);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", session.Body.GetProperty("accessToken").GetString());

        var found = await SendAsync(client, HttpMethod.Get, "/books?author=shelley&available=true");
        Assert.Equal(1, found.Body.GetProperty("count").GetInt32());
        var book = found.Body.GetProperty("books")[0].GetProperty("bookId").GetString();
        Assert.Equal(LibraryApi.Frankenstein, book);

        Assert.Equal(422, (await SendAsync(client, HttpMethod.Post, "/loans", new { bookId = book, days = 31 })).Status);
        Assert.Equal(404, (await SendAsync(client, HttpMethod.Post, "/loans", new { bookId = "bk-9999", days = 3 })).Status);
        Assert.Equal(409, (await SendAsync(client, HttpMethod.Post, "/loans", new { bookId = LibraryApi.LentOutBook, days = 3 })).Status);
        Assert.Equal(201, (await SendAsync(client, HttpMethod.Post, "/reservations", new { bookId = LibraryApi.LentOutBook })).Status);
        Assert.Equal(409, (await SendAsync(client, HttpMethod.Post, "/reservations", new { bookId = book })).Status);

        var loan = await SendAsync(client, HttpMethod.Post, "/loans", new { bookId = book, days = 14 });
        Assert.Equal(201, loan.Status);
        var id = loan.Body.GetProperty("loanId").GetString();
        Assert.Equal("active", (await SendAsync(client, HttpMethod.Get, $"/loans/{id}")).Body.GetProperty("status").GetString());
        Assert.Equal(1, (await SendAsync(client, HttpMethod.Get, "/loans")).Body.GetProperty("loans").GetArrayLength());
        Assert.Equal("returned", (await SendAsync(client, HttpMethod.Post, $"/loans/{id}/return")).Body.GetProperty("status").GetString());
        Assert.Equal(409, (await SendAsync(client, HttpMethod.Post, $"/loans/{id}/return")).Status);

        Assert.Equal([new LibraryLoan(id!, card, book!, 14, TraceId, Returned: true)], library.Loans);
        Assert.Equal(204, (await SendAsync(client, HttpMethod.Delete, "/sessions/current")).Status);
        Assert.Equal(401, (await SendAsync(client, HttpMethod.Get, $"/loans/{id}")).Status);
    }

    [Fact]
    public async Task Document_EveryOperation_IsServed()
    {
        await using var library = await LibraryApi.StartAsync(new LibraryOptions(), TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = library.Url };
        var document = await client.GetFromJsonAsync<JsonElement>(library.OpenApiUrl, TestContext.Current.CancellationToken);
        Assert.Equal("3.0.3", document.GetProperty("openapi").GetString());
        var count = 0;
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        {
            foreach (var operation in path.Value.EnumerateObject())
            {
                var answer = await SendAsync(client, HttpMethod.Parse(operation.Name), path.Name.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal), operation.Name == "post" ? new { } : null);
                Assert.Contains(answer.Status.ToString(System.Globalization.CultureInfo.InvariantCulture), operation.Value.GetProperty("responses").EnumerateObject().Select(response => response.Name));
                count++;
            }
        }

        Assert.Equal(9, count);
    }

    private static async Task<(int Status, JsonElement Body)> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }
}
