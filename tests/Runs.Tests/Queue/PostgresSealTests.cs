using System.Text;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;
using ApeTest.Tests.Shared;
using Npgsql;

namespace ApeTest.Runs.Tests.Queue;

public sealed class PostgresSealTests
{
    private const string Secret = "planted-secret-9f2c77";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(QueueOnPostgres.Token)]
    [InlineData(null)]
    public async Task Submit_APlanWithSecrets_NoRowOfAnyTableTellsThem(string? token)
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        await using var queue = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation, token);
        var plan = SecretPlan();
        await queue.SubmitAsync(plan, Cancellation);
        var lease = await queue.ClaimAsync("w1", Cancellation);
        await queue.AppendAsync(RunQueueContract.Batch(plan, started: 1), Cancellation);

        Assert.Equal(Secret, lease!.Plan.Scenario.Target.Headers["X-Key"]);
        var rows = await DumpAsync(test);
        Assert.Contains(plan.Run, rows, StringComparison.Ordinal);
        foreach (var form in new[] { Secret, Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret))[..20], Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)), QueueOnPostgres.Token, PostgresServer.Password })
        {
            Assert.DoesNotContain(form, rows, StringComparison.OrdinalIgnoreCase);
        }
    }

    [Fact]
    public async Task Claim_WithAnotherToken_SaysThatTheTokensDifferAndLeasesNothing()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        await using var other = await QueueOnPostgres.OpenAsync(test.Url, null, Cancellation, "another-token");
        await test.Queue.SubmitAsync(SecretPlan(), Cancellation);

        var refused = await Assert.ThrowsAsync<ApeTestException>(() => other.ClaimAsync("w1", Cancellation));

        Assert.Equal(ExitCodes.Environment, refused.ExitCode);
        Assert.Contains("the service token here is not the one", refused.Message, StringComparison.Ordinal);
        Assert.NotNull(await test.Queue.ClaimAsync("w2", Cancellation));
        var own = SecretPlan() with { Run = "20261121-131502-7f3b" };
        await other.SubmitAsync(own, Cancellation);
        Assert.Equal(own.Run, (await other.ClaimAsync("w1", Cancellation))!.Plan.Run);
    }

    [Fact]
    public async Task Claim_APlanThatNobodyCanRead_TakesTheNextRun()
    {
        await using var test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);
        var good = SecretPlan();
        var bad = good with { Run = "20261121-131502-0bad", Scenario = good.Scenario with { Target = null! } };
        await test.Queue.SubmitAsync(bad, Cancellation);

        var refused = await Assert.ThrowsAsync<ApeTestException>(() => test.Queue.ClaimAsync("w1", Cancellation));
        await test.Queue.SubmitAsync(good, Cancellation);

        Assert.Contains($"The plan of run {bad.Run} is in a form", refused.Message, StringComparison.Ordinal);
        Assert.Equal(good.Run, (await test.Queue.ClaimAsync("w1", Cancellation))!.Plan.Run);
    }

    [Fact]
    public void Seal_NoTokenAndAServerElsewhere_IsRefused()
    {
        var seal = new PlanSeal(null, QueueConnection.Parse("postgres://ape:secret@db.example:5432/ape"));

        var refused = Assert.Throws<ApeTestException>(() => seal.Seal(SecretPlan()));

        Assert.Equal(ExitCodes.Input, refused.ExitCode);
        Assert.Contains("APETEST_TOKEN_FILE", refused.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ASealedPlanOfAnotherRun_IsRefused()
    {
        var seal = new PlanSeal("token", QueueConnection.Parse("postgres://db.example/ape"));
        var sealedPlan = seal.Seal(SecretPlan());

        Assert.Equal(Secret, seal.Open(TestRun.Id, sealedPlan).Scenario.Target.Headers["X-Key"]);
        Assert.Throws<ApeTestException>(() => seal.Open("20261121-131502-0000", sealedPlan));
    }

    private static RunPlan SecretPlan()
    {
        var plan = TestRun.Plan(50);
        return plan with { Scenario = plan.Scenario with { Target = plan.Scenario.Target with { Headers = plan.Scenario.Target.Headers.Add("X-Key", Secret) } } };
    }

    /// <summary>All rows of all tables, bytea as hex digits and, beside them, as the characters that they are.</summary>
    private static async Task<string> DumpAsync(QueueOnPostgres test)
    {
        var text = new StringBuilder();
        await using var connection = await test.Database.OpenConnectionAsync(Cancellation);
        await using var tables = new NpgsqlCommand("select format('%I.%I', schemaname, tablename) from pg_tables where schemaname not in ('pg_catalog', 'information_schema')", connection);
        List<string> names = [];
        await using (var reader = await tables.ExecuteReaderAsync(Cancellation))
        {
            while (await reader.ReadAsync(Cancellation))
            {
                names.Add(reader.GetString(0));
            }
        }
        Assert.Contains("apetest.runs", names);
        foreach (var name in names)
        {
            await using var rows = new NpgsqlCommand($"select t.*, t::text from {name} t", connection);
            await using var reader = await rows.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation))
            {
                for (var column = 0; column < reader.FieldCount; column++)
                {
                    var value = reader.GetValue(column);
                    text.AppendLine(value is byte[] bytes ? Encoding.Latin1.GetString(bytes) : value.ToString());
                }
            }
        }
        return text.ToString();
    }
}
