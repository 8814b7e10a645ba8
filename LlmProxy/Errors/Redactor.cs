using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Errors;

/// <summary>Takes keys out of texts that a provider sent: the provider's own key, and whatever looks like one.</summary>
internal sealed partial class Redactor(string? key)
{
    public const string Mask = "[redacted]";

    public string Redact(string text)
    {
        if (!string.IsNullOrEmpty(key))
        {
            text = text.Replace(key, Mask, StringComparison.Ordinal);
        }

        return KeyLike().Replace(text, Mask);
    }

    // OpenAI echoes its keys half masked ("sk-abc***xyz"); bearer values are echoed by some gateways.
    [GeneratedRegex(@"\b(?:sk|csk|gsk|pk|rk)-[A-Za-z0-9_*-]{6,}|(?<=[Bb]earer )[A-Za-z0-9._~+/*=-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex KeyLike();
}
