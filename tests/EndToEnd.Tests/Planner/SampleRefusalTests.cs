using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.EndToEnd.Tests.Planner.Bank;
using ApeTest.EndToEnd.Tests.Planner.Loans;
using ApeTest.EndToEnd.Tests.Planner.Tickets;
using ApeTest.EndToEnd.Tests.Planner.Tracker;

namespace ApeTest.EndToEnd.Tests.Planner;

/// <summary>The samples say no where they should: a goal that succeeds on an application that takes anything proves nothing.</summary>
public sealed class SampleRefusalTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Loans_WithoutLoginOrCopies_Refuses()
    {
        await using var api = await SampleApi.StartAsync(new LoansApi(), Cancellation);
        using var client = api.Client();

        Assert.Equal(401, await PostAsync(client, "/loans", new { book_id = 102 }));
        Assert.Equal(401, await PostAsync(client, "/auth/token", new { username = "mia", password = "coffee" }));
        await LogInAsync(client, "/auth/token", new { username = "mia", password = "coffee2go" }, "access_token");
        Assert.Equal(409, await PostAsync(client, "/loans", new { book_id = 104 }));
        Assert.Equal(409, await PostAsync(client, "/reservations", new { book_id = 102, pickup_branch = "main" }));
        Assert.Equal(422, await PostAsync(client, "/loans", new { book_id = 102, period_days = 90 }));
        Assert.Equal(404, await PostAsync(client, "/loans/5001/return", new { }));
    }

    [Fact]
    public async Task Tickets_WithoutKeyOrFreeSeat_Refuses()
    {
        await using var api = await SampleApi.StartAsync(new TicketsApi(), Cancellation);
        using var client = api.Client();
        using var stranger = new HttpClient { BaseAddress = api.Url };

        Assert.Equal(401, await GetAsync(stranger, "/v1/events"));
        Assert.Equal(400, await GetAsync(client, "/v1/events?from=tomorrow"));
        Assert.Equal(409, await PostAsync(client, "/v1/holds", new { eventId = "evt_1f", seatIds = new[] { "A1" } }));
        Assert.Equal(201, await PostAsync(client, "/v1/holds", new { eventId = "evt_1f", seatIds = new[] { "A2" } }));
        Assert.Equal(409, await PostAsync(client, "/v1/holds", new { eventId = "evt_1f", seatIds = new[] { "A2" } }));
        Assert.Equal(404, await PostAsync(client, "/v1/bookings", new { holdId = "hld_0", customer = new { name = "A", email = "a@b.example" } }));
    }

    [Fact]
    public async Task Bank_WithoutKeyOrWithAnothersKey_Refuses()
    {
        await using var api = await SampleApi.StartAsync(new BankApi(), Cancellation);
        using var client = api.Client();
        await LogInAsync(client, "/login", new { customerId = "70014", passcode = "linden-42" }, "sessionToken");

        Assert.Equal(400, await PostAsync(client, "/transfers", Transfer("1.00")));
        client.DefaultRequestHeaders.Add("Idempotency-Key", "key-00000001");
        Assert.Equal(422, await PostAsync(client, "/transfers", Transfer("1.5")));
        Assert.Equal(409, await PostAsync(client, "/transfers", Transfer("99999.00")));
        Assert.Equal(201, await PostAsync(client, "/transfers", Transfer("1.00")));
        Assert.Equal(201, await PostAsync(client, "/transfers", Transfer("1.00")));
        Assert.Equal(409, await PostAsync(client, "/transfers", Transfer("2.00")));
        Assert.Single(await api.Sample.FactsAsync(client), fact => fact.EndsWith("PENDING_APPROVAL", StringComparison.Ordinal));
        Assert.Equal(422, await PostAsync(client, "/transfers/tr-901/approval", new { challengeId = "guess" }));
    }

    [Fact]
    public async Task Tracker_UnknownStatusOrKey_AnswersWithAProblem()
    {
        await using var api = await SampleApi.StartAsync(new TrackerApi(), Cancellation);
        using var client = api.Client();

        using var response = await client.PatchAsJsonAsync("/projects/WEB/tasks/1", new { status = "finished" }, Cancellation);
        Assert.Equal(422, (int)response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(409, await PostAsync(client, "/projects", new { key = "WEB", name = "Again" }));
        Assert.Equal(404, await PostAsync(client, "/projects/WEB/tasks/9/comments", new { text = "Hello" }));
        var second = await client.GetFromJsonAsync<JsonElement>("/projects?page=2", Cancellation);
        Assert.Equal(["SALES", "WEB"], second.GetProperty("items").EnumerateArray().Select(project => project.GetProperty("key").GetString()));
    }

    private static object Transfer(string amount) => new { fromIban = "DE89370400440532013000", toIban = "NL91ABNA0417164300", amount, currency = "EUR" };

    private static async Task LogInAsync(HttpClient client, string path, object credentials, string token)
    {
        using var response = await client.PostAsJsonAsync(path, credentials, Cancellation);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(Cancellation);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", answer.GetProperty(token).GetString());
    }

    private static async Task<int> GetAsync(HttpClient client, string path)
    {
        using var response = await client.GetAsync(new Uri(path, UriKind.Relative), Cancellation);
        return (int)response.StatusCode;
    }

    private static async Task<int> PostAsync(HttpClient client, string path, object body)
    {
        using var response = await client.PostAsJsonAsync(path, body, Cancellation);
        return (int)response.StatusCode;
    }
}
