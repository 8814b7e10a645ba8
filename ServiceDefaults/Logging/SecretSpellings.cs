using System.Text;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>How a secret looks where somebody else encoded it.</summary>
public static class SecretSpellings
{
    /// <summary>Characters of a secret whose Base64 is long enough to be told from other text.</summary>
    public const int ShortestInBase64 = 8;

    /// <summary>
    /// In Base64 and Base64url. It looks different at each of three offsets (<c>user:secret</c> of Basic authentication); characters at either end that also hold a
    /// neighbour's bits are left out. None for a secret below <see cref="ShortestInBase64"/>.
    /// </summary>
    public static IEnumerable<string> InBase64(string secret)
    {
        if (secret.Length < ShortestInBase64)
        {
            yield break;
        }

        var bytes = Encoding.UTF8.GetBytes(secret);
        for (var offset = 0; offset < 3; offset++)
        {
            byte[] padded = [.. new byte[offset], .. bytes];
            var text = Convert.ToBase64String(padded).TrimEnd('=');
            var whole = (padded.Length * 8) / 6;
            var form = text[(offset == 0 ? 0 : offset + 1)..whole];
            yield return form;
            if (form.AsSpan().IndexOfAny('+', '/') >= 0)
            {
                yield return form.Replace('+', '-').Replace('/', '_');
            }
        }
    }
}
