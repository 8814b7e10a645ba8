using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>
/// Seals run plans, which carry secrets, so that no row of the database tells them. A sealed plan is: version byte 1, nonce (12 bytes), tag (16), and the
/// plan's JSON, compressed (Brotli) and encrypted (AES-256-GCM, NIST SP 800-38D) with the run id as associated data. The key is HKDF-SHA256 (RFC 5869) of the service token.
/// </summary>
internal sealed class PlanSeal
{
    private const byte Version = 1;
    private const int Nonce = 12;
    private const int Tag = 16;
    private const int Head = 1 + Nonce + Tag;

    private static readonly byte[] Purpose = "apetest.plan/1"u8.ToArray();

    private readonly byte[]? _key;

    /// <param name="serviceToken">The service token; null for none.</param>
    /// <param name="connection">
    /// Where there is no token but the server is on this machine, its password serves: who runs everything alone has no token, and a dump of the database
    /// still tells nothing.
    /// </param>
    public PlanSeal(string? serviceToken, QueueConnection connection)
    {
        var secret = string.IsNullOrEmpty(serviceToken) ? connection.IsLoopback ? connection.Open().Password : null : serviceToken;
        _key = string.IsNullOrEmpty(secret) ? null : HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret), 32, salt: [], Purpose);
    }

    public byte[] Seal(RunPlan plan)
    {
        var text = Compression.Pack(Encoding.UTF8.GetBytes(RunPlanJson.Serialize(plan)));
        var sealedPlan = new byte[Head + text.Length];
        sealedPlan[0] = Version;
        RandomNumberGenerator.Fill(sealedPlan.AsSpan(1, Nonce));
        using var aes = new AesGcm(Key, Tag);
        aes.Encrypt(sealedPlan.AsSpan(1, Nonce), text, sealedPlan.AsSpan(Head), sealedPlan.AsSpan(1 + Nonce, Tag), Encoding.UTF8.GetBytes(plan.Run));
        return sealedPlan;
    }

    /// <summary>What another token sealed throws <see cref="ApeTestException"/> (exit 3).</summary>
    public RunPlan Open(string run, byte[] sealedPlan)
    {
        if (sealedPlan.Length < Head || sealedPlan[0] != Version)
        {
            throw Unreadable(run, null);
        }
        var text = new byte[sealedPlan.Length - Head];
        using var aes = new AesGcm(Key, Tag);
        try
        {
            aes.Decrypt(sealedPlan.AsSpan(1, Nonce), sealedPlan.AsSpan(Head), sealedPlan.AsSpan(1 + Nonce, Tag), text, Encoding.UTF8.GetBytes(run));
        }
        catch (AuthenticationTagMismatchException exception)
        {
            throw new ApeTestException($"The plan of run {run} cannot be opened: the service token here is not the one that it was submitted with.",
                "Give every service the same APETEST_TOKEN_FILE.", ExitCodes.Environment, exception);
        }
        try
        {
            return RunPlanJson.Deserialize(Encoding.UTF8.GetString(Compression.Unpack(text)));
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            // One run that nobody can read must not keep a worker from all others.
            throw Unreadable(run, exception);
        }
    }

    private static ApeTestException Unreadable(string run, Exception? cause) => new(
        $"The plan of run {run} is in a form that this version does not know.", "Run the same version of ApeTest everywhere.", ExitCodes.Environment, cause);

    private byte[] Key => _key ?? throw new ApeTestException(
        "Run plans carry secrets and are sealed with the service token before they go into the database, but there is no token.",
        "Set APETEST_TOKEN_FILE, the same for all services. A server on this machine may do with a password instead.", ExitCodes.Input);
}
