using System.Globalization;

namespace ApeTest.Gateway.Tests.Hostile;

/// <summary>Every hostile input is refused or harmless, reaches no host outside the allow-list, and leaves the gateway as it was.</summary>
public sealed class HostileTests(HostileGround ground) : IClassFixture<HostileGround>
{
    private static readonly Dictionary<string, HostileInput> Inputs =
        SmugglingInputs.All.Concat(AddressInputs.All).Concat(HeaderInputs.All).ToDictionary(static input => input.Name, StringComparer.Ordinal);

    public static TheoryData<string> Names => [.. Inputs.Keys];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Gateway_HostileInput_IsRefusedOrHarmless(string name)
    {
        var input = Inputs[name];
        ground.Arrivals.Clear();

        var answer = await ground.SendAsync(input.Request, Cancellation);

        var arrivals = ground.Arrivals.ToArray();
        var told = $"answer: {Shown(answer)}\narrived: {string.Join("\n", arrivals.Select(static arrival => $"{arrival.Method} {arrival.Target} {string.Join("; ", arrival.Headers)} [{arrival.Body}]"))}";
        var status = answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) ? int.Parse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture) : 0;
        Assert.True(input.Status == 4 ? status is >= 400 and < 500 : status == input.Status, told);
        Assert.True(input.Answers?.Invoke(answer) ?? true, told);
        if (input.Arrives is { } arrives)
        {
            Assert.True(arrivals.Length == 1 && arrives(arrivals[0]), told);
        }
        else
        {
            Assert.True(arrivals.Length == 0, told);
        }
        Assert.DoesNotContain(HostileGround.Secret, answer, StringComparison.Ordinal);
        Assert.Equal(0, ground.Bitten);

        ground.Arrivals.Clear();
        Assert.StartsWith("HTTP/1.1 200 ", await ground.SendAsync(HostileInput.Http("GET /shop/still-here"), Cancellation), StringComparison.Ordinal);
        Assert.Equal("/still-here", Assert.Single(ground.Arrivals).Target);
    }

    private static string Shown(string answer) => answer.Length > 1500 ? answer[..1500] : answer;
}
