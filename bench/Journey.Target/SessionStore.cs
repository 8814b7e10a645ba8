using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace ApeTest.Journey_Target;

/// <summary>
/// The last <see cref="Capacity"/> sessions that have not logged out; a new one takes the place of the oldest, whose token is then refused. A token is
/// <c>t</c>, 8 hexadecimal digits of its place and 16 of its nonce.
/// </summary>
internal sealed class SessionStore
{
    public const int Capacity = 1 << 18;
    public const int TokenLength = 25;

    private readonly Session?[] _sessions = new Session?[Capacity];
    private readonly ulong _seed = BinaryPrimitives.ReadUInt64LittleEndian(RandomNumberGenerator.GetBytes(8));
    private long _drawn;
    private int _next;
    private int _open;

    public int Open => Volatile.Read(ref _open);

    /// <summary>Begins a session.</summary>
    public (Session Session, uint Place) Begin()
    {
        var nonce = Draw();
        var place = (uint)Interlocked.Increment(ref _next) % Capacity;
        var session = new Session(nonce, (int)(nonce % ProductPages.Count));
        if (Interlocked.Exchange(ref _sessions[place], session) is null)
        {
            Interlocked.Increment(ref _open);
        }

        return (session, place);
    }

    /// <summary>The session of <c>Authorization: Bearer ...</c>; null where there is none.</summary>
    public Session? Find(string? authorization) => TryParse(authorization, out var place, out var nonce) && Volatile.Read(ref _sessions[place]) is { } session && session.Nonce == nonce ? session : null;

    /// <summary>Ends the session of <c>Authorization: Bearer ...</c>; false where there is none.</summary>
    public bool End(string? authorization)
    {
        if (Find(authorization) is not { } session || !TryParse(authorization, out var place, out _) || Interlocked.CompareExchange(ref _sessions[place], null, session) != session)
        {
            return false;
        }

        Interlocked.Decrement(ref _open);
        return true;
    }

    /// <summary>A number that no client guesses: SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014) from a random seed. Never 0.</summary>
    public ulong Draw()
    {
        var z = _seed + ((ulong)Interlocked.Increment(ref _drawn) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return (z ^ (z >> 31)) | 1;
    }

    private static bool TryParse(string? authorization, out uint place, out ulong nonce)
    {
        const string Scheme = "Bearer t";
        (place, nonce) = (0, 0);
        return authorization is not null && authorization.Length == Scheme.Length - 1 + TokenLength && authorization.StartsWith(Scheme, StringComparison.Ordinal)
            && uint.TryParse(authorization.AsSpan(Scheme.Length, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out place) && place < Capacity
            && ulong.TryParse(authorization.AsSpan(Scheme.Length + 8, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out nonce);
    }
}
