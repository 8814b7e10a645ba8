using ApeTest.Tests.Shared;

namespace ApeTest.ServiceDefaults.Tests.Shared;

public class RequiresTests
{
    [Fact]
    public void That_NotMet_ThrowsWithTheReason()
    {
        // By hand: xUnit's own Assert.Throws lets a skip pass, and this very test would be skipped.
        Exception? thrown = null;
        try
        {
            Requires.That(false, "no such tool");
        }
        catch (InvalidOperationException e)
        {
            thrown = e;
        }

        Assert.NotNull(thrown);
        Assert.EndsWith("no such tool", thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Command_OnThePath_IsFound()
    {
        Assert.True(File.Exists(Requires.Command("dotnet")));
    }
}
