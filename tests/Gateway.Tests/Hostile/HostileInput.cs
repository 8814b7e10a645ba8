namespace ApeTest.Gateway.Tests.Hostile;

/// <summary>One hostile input and what must come of it.</summary>
/// <param name="Name">Name of the case.</param>
/// <param name="Request">The bytes, Latin-1; <c>{host}</c>, <c>{target}</c>, <c>{bait}</c> are filled in.</param>
/// <param name="Status">Status that is answered, or 4 for any 4xx.</param>
/// <param name="Arrives">What must hold for the one request that arrives at the target; null: none may.</param>
/// <param name="Answers">What must hold for the answer; null: nothing more.</param>
internal sealed record HostileInput(string Name, string Request, int Status, Func<Arrival, bool>? Arrives = null, Func<string, bool>? Answers = null)
{
    /// <summary>A request that closes its connection.</summary>
    public static string Http(string line, string headers = "", string body = "") => $"{line} HTTP/1.1\r\nHost: {{host}}\r\nConnection: close\r\n{headers}\r\n{body}";

    /// <summary>Must be refused with a 4xx.</summary>
    public static HostileInput Refused(string name, string request, int status = 4, Func<string, bool>? answers = null) => new(name, request, status, null, answers);

    /// <summary>Passes; harmless, because of what arrives.</summary>
    public static HostileInput Harmless(string name, string request, Func<Arrival, bool> arrives, int status = 200, Func<string, bool>? answers = null) => new(name, request, status, arrives, answers);

    public override string ToString() => Name;
}
