using System.Security.Cryptography;

namespace ApeTest.AppHost.Files;

/// <summary>
/// A secret of the services on this machine, in a file that only its owner reads (0600): the services take their token from a file anyway, and a command line
/// beside the AppHost needs it too. Drawn once, so that what keeps it between two runs goes on knowing it.
/// </summary>
internal static class LocalSecret
{
    private const int Digits = 64;

    /// <summary>The secret in <paramref name="file"/>, drawn where there is none yet.</summary>
    public static string Of(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        if (File.Exists(file) && File.ReadAllText(file).Trim() is { Length: > 0 } known)
        {
            return known;
        }
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            // At creation, not after: there must be no moment at which others may read it.
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        var secret = RandomNumberGenerator.GetHexString(Digits, lowercase: true);
        using var writer = new StreamWriter(file, options);
        writer.Write(secret);
        return secret;
    }
}
