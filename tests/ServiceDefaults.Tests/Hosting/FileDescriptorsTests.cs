using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.ServiceDefaults.Tests.Hosting;

public class FileDescriptorsTests
{
    [Theory]
    [InlineData("Max cpu time              unlimited            unlimited            seconds\nMax open files            1024                 20000                files\n", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files\n", null)]
    [InlineData("", null)]
    public void LimitOf_Text_IsTheSoftLimit(string text, long? expected) => Assert.Equal(expected, FileDescriptors.LimitOf(text));

    [Fact]
    public void Open_OnLinux_CountsWhatIsOpen()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "file descriptors are counted on Linux");
        using var file = File.OpenRead("/proc/self/limits");

        // Other tests of this process open and close files too: only that it counts what is open can be said.
        Assert.InRange(FileDescriptors.Open()!.Value, 4, FileDescriptors.Limit() ?? long.MaxValue);
    }
}
