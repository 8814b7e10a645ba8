using ApeTest.Runs.Tests.Queue;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

public sealed class IsolationTests
{
    [Fact]
    public async Task Containers_OfTwoTestsAtOnce_DoNotMeet()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var one = new PostgresContainer();
        await using var other = new PostgresContainer();

        var urls = await Task.WhenAll(one.CreateDatabaseAsync(cancellationToken), other.CreateDatabaseAsync(cancellationToken));

        Assert.NotEqual(new Uri(urls[0]).Port, new Uri(urls[1]).Port);
        await using var first = await QueueOnPostgres.StartAsync(urls[0], cancellationToken);
        await using var second = await QueueOnPostgres.StartAsync(urls[1], cancellationToken);
        await first.ExecuteAsync("create table mine (id int)", cancellationToken);
        Assert.Equal(1L, await first.ScalarAsync<long>("select count(*) from pg_tables where tablename = 'mine'", cancellationToken));
        Assert.Equal(0L, await second.ScalarAsync<long>("select count(*) from pg_tables where tablename = 'mine'", cancellationToken));
    }
}
