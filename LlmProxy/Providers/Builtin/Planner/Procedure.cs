using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// The verb that a path ends with where an API has procedures instead of resources: <c>POST /tickets.list</c>, <c>/createTicket</c>,
/// <c>/flights/search</c>. What such an operation does, its path says and not its method.
/// </summary>
/// <param name="Method">The method that a resource would have: GET for "list", DELETE for "remove".</param>
/// <param name="Noun">Stem of the thing; empty where the path does not name it.</param>
/// <param name="Parent">Stem of the thing that a verb beyond reading and writing is done to: "ticket" of <c>/tickets.close</c>; else empty.</param>
/// <param name="IsOfOne">Whether it is about one thing that exists.</param>
internal sealed record Procedure(string Method, string Noun, string Parent, bool IsOfOne)
{
    private static readonly FrozenSet<string> Lists = Words.Set("list search find query browse filter lookup");
    private static readonly FrozenSet<string> Gets = Words.Set("get read show fetch info details describe view retrieve");
    private static readonly FrozenSet<string> Makes = Words.Set("create add new insert make open start");
    private static readonly FrozenSet<string> Changes = Words.Set("update edit set change modify patch rename");
    private static readonly FrozenSet<string> Removes = Words.Set("delete remove destroy drop");

    /// <summary>The procedure that a path names; null where it names a resource.</summary>
    public static Procedure? Read(string method, string[] segments)
    {
        if (method != "POST" || segments.Length == 0 || segments[^1].Contains('{', StringComparison.Ordinal))
        {
            return null;
        }

        var parts = segments[^1].Split('.', ':');
        var words = Words.Split(parts[^1]);
        var above = parts.Length > 1 ? parts[^2] : segments.Length > 1 ? segments[^2] : "";
        var thing = above.Contains('{', StringComparison.Ordinal) ? "" : Words.Split(above).LastOrDefault() ?? "";
        if (words.Length == 0 || (words.Length == 1 && (thing.Length == 0 || (parts.Length == 1 && !Lists.Contains(words[0]) && !Makes.Contains(words[0]) && !Changes.Contains(words[0]) && !Removes.Contains(words[0])))))
        {
            return null;
        }

        var (verb, noun) = (words[0], words.Length > 1 ? words[^1] : thing);
        var parent = words.Length > 1 && parts.Length > 1 ? thing : "";
        return Lists.Contains(verb) ? new("GET", noun, "", false)
            : Gets.Contains(verb) ? new("GET", noun, "", true)
            : Makes.Contains(verb) ? new("POST", noun, parent, false)
            : Changes.Contains(verb) ? new("PATCH", noun, "", true)
            : Removes.Contains(verb) ? new("DELETE", noun, "", true)
            : parts.Length > 1 && words.Length == 1 && thing.Length > 0 ? new("POST", verb, thing, false)
            : null;
    }
}
