using ApeTest.AppHost.Files;

namespace ApeTest.Hosting.Tests.AppHost;

public sealed class LocalSecretTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("ape-secret");

    [Fact]
    public void Of_NoFile_DrawsOneForItsOwnerAlone()
    {
        var file = Path.Combine(_folder.FullName, "below", "token");
        var secret = LocalSecret.Of(file);
        Assert.Matches("^[0-9a-f]{64}$", secret);
        Assert.Equal(secret, LocalSecret.Of(file));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }
    }

    [Fact]
    public void Of_FileOfTheUsers_IsTaken()
    {
        var file = Path.Combine(_folder.FullName, "token");
        File.WriteAllText(file, "0123456789abcdef\n");
        Assert.Equal("0123456789abcdef", LocalSecret.Of(file));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
