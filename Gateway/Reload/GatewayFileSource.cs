using System.Security.Cryptography;
using ApeTest.Gateway.Configuration;
using ApeTest.Scenarios;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Reload;

/// <summary>
/// A gateway file on disk and what became of it. Content decides, not events or time stamps: editors replace files, ConfigMaps swap a link
/// two directories up, copies keep the time. Only one thread asks.
/// </summary>
internal sealed class GatewayFileSource
{
    /// <summary>A longer file is read again only when its time or length has changed.</summary>
    private const long AlwaysRead = 64 * 1024;

    private readonly string _path;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private (DateTime Written, DateTime Created, long Length) _stamp;
    private string _judged;
    private string? _doubtful;

    /// <summary>Reads the file for the first time. Throws <see cref="ApeTestException"/> (exit 2) with every error.</summary>
    public GatewayFileSource(string path, IReadOnlyDictionary<string, string> environment)
    {
        // Whoever changes the current directory later does not mean another file.
        (_path, _environment) = (Path.GetFullPath(path), environment);
        Shown = path;
        var bytes = GatewayFileLoader.Read(path);
        First = GatewayFileLoader.Parse(bytes, path, environment);
        _judged = Fingerprint(bytes);
        _stamp = Stamp();
        // A pipe (<(...)) has no length and can be read once only.
        CanChange = _stamp.Length > 0;
    }

    /// <summary>The path as it was given.</summary>
    public string Shown { get; }

    /// <summary>What the file held at first.</summary>
    public GatewayFile First { get; }

    /// <summary>Whether it can be read again.</summary>
    public bool CanChange { get; }

    /// <summary>
    /// Looks once. Null: nothing new. A valid file is told at once; an invalid or a missing one when it is found so twice in a row, since a
    /// file is invalid for a moment while it is written, and then once until it changes again.
    /// </summary>
    public FileChange? Look()
    {
        var stamp = Stamp();
        if (stamp == _stamp && stamp.Length > AlwaysRead && _doubtful is null)
        {
            return null;
        }
        _stamp = stamp;
        var found = "missing";
        try
        {
            var bytes = GatewayFileLoader.Read(_path);
            found = Fingerprint(bytes);
            if (found == _judged)
            {
                _doubtful = null;
                return null;
            }
            var file = GatewayFileLoader.Parse(bytes, Shown, _environment);
            (_judged, _doubtful) = (found, null);
            return new FileChange(file, null);
        }
        catch (ApeTestException exception)
        {
            if (found == _judged)
            {
                return null;
            }
            if (found != _doubtful)
            {
                _doubtful = found;
                return null;
            }
            (_judged, _doubtful) = (found, null);
            return new FileChange(null, exception.Message);
        }
    }

    private (DateTime Written, DateTime Created, long Length) Stamp()
    {
        try
        {
            var named = new FileInfo(_path);
            var file = named.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? named;
            return file.Exists ? (file.LastWriteTimeUtc, file.CreationTimeUtc, file.Length) : default;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return default;
        }
    }

    private static string Fingerprint(byte[] bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}

/// <summary>What a look at the file found: one of the two.</summary>
/// <param name="File">What it holds now.</param>
/// <param name="Errors">Why it cannot be used, one line each.</param>
internal sealed record FileChange(GatewayFile? File, string? Errors);
