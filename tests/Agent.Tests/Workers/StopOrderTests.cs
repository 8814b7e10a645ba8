using ApeTest.Agent.Workers;

namespace ApeTest.Agent.Tests.Workers;

public sealed class StopOrderTests
{
    [Fact]
    public void Abort_Twice_KeepsTheFirstReason()
    {
        using var order = new StopOrder();
        order.Abort(StopOrder.WorkerLost);
        order.Abort(StopOrder.WorkerStopped);

        Assert.Equal((true, StopOrder.WorkerLost), (order.Draining, order.Reason));
    }

    [Fact]
    public void Abort_OfABlockThatHasEnded_DoesNothing()
    {
        // A second signal may find a block in the moment in which it ends; an exception there would end the process.
        var order = new StopOrder();
        order.Dispose();

        order.Abort(StopOrder.WorkerStopped);

        Assert.True(order.Draining);
    }
}
