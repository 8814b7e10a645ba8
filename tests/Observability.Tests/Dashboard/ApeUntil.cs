using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests.Dashboard;

/// <summary>Waits for what another thread brings about.</summary>
internal static class ApeUntil
{
    public static async Task HoldsAsync(Func<Task<bool>> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TestTimeouts.Default);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        while (!await condition())
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }
}
