using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Errors;

/// <summary>
/// Takes keys out of texts that a provider sent: the provider's own key and whatever looks like one. The own key is found in every <see cref="KeyForm"/>, as the text
/// stands and as <see cref="BareText"/>, so split and escaped in any way; cut off as well, as long as enough of its beginning is there. Where only a part of it
/// is found and more of it stands elsewhere in the text, nothing of the text is told.
/// </summary>
internal sealed partial class Redactor
{
    public const string Mask = "[redacted]";

    private const int OnStack = 512;

    // Characters of a key that are another part of it.
    private const int Part = 6;

    private readonly KeyForm[] _forms;
    private readonly KeyForm[] _bareForms;
    private readonly SearchValues<string>? _starts;
    private readonly SearchValues<string>? _bareStarts;

    public Redactor(string? key)
    {
        (_forms, _bareForms) = (KeyForm.Of(key), KeyForm.Bare(key));
        (_starts, _bareStarts) = (Starts(_forms), Starts(_bareForms));
    }

    public string Redact(string text) => KeyLike().Replace(WithoutKey(text), Mask);

    private static SearchValues<string>? Starts(KeyForm[] forms) =>
        forms.Length == 0 ? null : SearchValues.Create([.. forms.Select(static form => form.Text[..form.Shortest])], StringComparison.OrdinalIgnoreCase);

    private string WithoutKey(string text)
    {
        if (_starts is null)
        {
            return text;
        }

        var stands = text.AsSpan().ContainsAny(_starts);
        var isHidden = IsHidden(text);
        if (!stands && !isHidden)
        {
            return text;
        }

        // What stands whole is masked to the character; what is cut comes last, since it may be the beginning of what is split.
        var isCut = false;
        var result = stands ? MaskStanding(text, wholeOnly: true, ref isCut) : text;
        result = isHidden ? MaskHidden(result, ref isCut) : result;
        result = stands ? MaskStanding(result, wholeOnly: false, ref isCut) : result;
        return isCut && HasPart(result) ? Mask : result;
    }

    private bool IsHidden(string text)
    {
        if (_bareStarts is null || text.Length < _bareForms[0].Shortest)
        {
            return false;
        }

        char[]? rented = null;
        var bare = text.Length <= OnStack ? stackalloc char[OnStack] : rented = ArrayPool<char>.Shared.Rent(text.Length);
        var found = bare[..BareText.Read(text, bare, [])].ContainsAny(_bareStarts);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return found;
    }

    private string MaskStanding(string text, bool wholeOnly, ref bool isCut)
    {
        var result = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (rest.IndexOfAny(_starts!) is >= 0 and var at)
        {
            var (length, isWhole) = Longest(_forms, rest[at..]);
            if (isWhole || !wholeOnly)
            {
                result.Append(rest[..at]).Append(Mask);
                isCut |= !isWhole;
            }
            else
            {
                length = 1;
                result.Append(rest[..(at + 1)]);
            }

            rest = rest[(at + length)..];
        }

        return result.Append(rest).ToString();
    }

    private string MaskHidden(string text, ref bool isCut)
    {
        var bare = new char[text.Length];
        var places = new (int Start, int End)[text.Length];
        var rest = bare.AsSpan(0, BareText.Read(text, bare, places));
        var result = new StringBuilder(text.Length);
        var (passed, told) = (0, 0);
        while (rest.IndexOfAny(_bareStarts!) is >= 0 and var at)
        {
            var (length, isWhole) = Longest(_bareForms, rest[at..]);
            isCut |= !isWhole;
            result.Append(text, told, places[passed + at].Start - told).Append(Mask);
            passed += at + length;
            told = places[passed - 1].End;
            rest = rest[(at + length)..];
        }

        return result.Append(text, told, text.Length - told).ToString();
    }

    // Whether more of the key is left than the part that was masked.
    private bool HasPart(string text)
    {
        var bare = BareText.Of(text);
        return _bareForms.Any(form => Enumerable.Range(0, form.Text.Length - Part + 1).Any(at => bare.AsSpan().IndexOf(form.Text.AsSpan(at, Part)) >= 0));
    }

    // How much of a key, in whichever form, stands at the beginning of the text, and whether it is all of it.
    private static (int Length, bool IsWhole) Longest(KeyForm[] forms, ReadOnlySpan<char> text)
    {
        var (longest, isWhole) = (0, false);
        foreach (var form in forms)
        {
            var same = 0;
            while (same < form.Text.Length && same < text.Length && char.ToUpperInvariant(form.Text[same]) == char.ToUpperInvariant(text[same]))
            {
                same++;
            }

            if (same >= form.Shortest && same > longest)
            {
                (longest, isWhole) = (same, same == form.Text.Length);
            }
        }

        return (Math.Max(1, longest), isWhole);
    }

    // OpenAI echoes its keys half masked ("sk-abc***xyz"); bearer values are echoed by some gateways.
    [GeneratedRegex(@"\b(?:sk|csk|gsk|pk|rk)-[A-Za-z0-9_*-]{6,}|(?<=[Bb]earer )[A-Za-z0-9._~+/*=-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex KeyLike();
}
