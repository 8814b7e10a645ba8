namespace ApeTest.Agent.Sessions;

/// <summary>One way in which a secret may stand in a text.</summary>
/// <param name="Text">What stands there.</param>
/// <param name="Secret">The secret.</param>
/// <param name="Replacement">What is written instead.</param>
internal sealed record SecretForm(string Text, string Secret, string Replacement);
