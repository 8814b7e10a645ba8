using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests.Readiness;

public sealed class SourceAddressCheckTests
{
    [Fact]
    public void Bind_AddressOfAnotherMachine_SaysWhichThisOneHas()
    {
        // TEST-NET-1 (RFC 5737): no machine has it.
        var exception = Assert.Throws<ApeTestException>(() => SourceAddressCheck.Bind(["127.0.0.1", "192.0.2.1"]));

        Assert.Equal(ExitCodes.Environment, exception.ExitCode);
        Assert.Contains("192.0.2.1", exception.Message, StringComparison.Ordinal);
        Assert.Contains("127.0.0.1", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Bind_OwnAddress_Passes() => SourceAddressCheck.Bind(["127.0.0.1"]);
}
