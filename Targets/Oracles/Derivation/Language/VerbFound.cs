namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>A verb in a goal.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Next">Index of the token behind it.</param>
/// <param name="Form">Its form.</param>
internal sealed record VerbFound(Verb Verb, int Next, VerbForm Form);

/// <summary>The form of a verb that may begin a clause.</summary>
internal enum VerbForm
{
    /// <summary><c>buy</c></summary>
    Base,

    /// <summary><c>buys</c></summary>
    ThirdPerson,

    /// <summary><c>buying</c></summary>
    Gerund,
}
