using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What a thing is once something was done to it: to "start" a task sets it <c>in_progress</c>, to "finish" it <c>done</c>.</summary>
internal static class StateWords
{
    // The verb, then words that an API's enumeration or flag may have for the state it leads to, the likeliest first.
    private static readonly string[] Groups =
    [
        "start progress started running active doing ongoing",
        "begin progress started running active doing ongoing",
        "finish done completed complete finished closed resolved",
        "complete done completed complete finished closed resolved",
        "done done completed complete finished closed resolved",
        "resolve resolved done closed fixed completed",
        "close closed close done completed resolved",
        "reopen open opened reopened todo active",
        "cancel cancelled canceled cancelled void",
        "abort cancelled aborted canceled",
        "resume active running resumed",
        "activate active enabled",
        "enable enabled active",
        "deactivate inactive disabled deactivated",
        "disable disabled inactive",
        "block blocked suspended",
        "freeze frozen blocked",
        "pause paused suspended",
        "return returned",
        "ship shipped sent",
        "pay paid",
        "deliver delivered",
        "approve approved accepted",
        "accept accepted approved",
        "reject rejected declined refused",
        "decline declined rejected",
        "read read seen",
        "hide hidden private",
        "stop stopped ended",
    ];

    private static readonly FrozenDictionary<string, string[]> States = Groups
        .Select(static group => Array.ConvertAll(group.Split(' '), Words.Stem))
        .ToFrozenDictionary(static group => group[0], static group => group[1..], StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string[]> Opposites = ((string[])
        ["reopen done completed closed finished resolved", "restore archived deleted", "unarchive archived", "unlock locked", "unblock blocked", "enable disabled", "activate disabled inactive", "unpublish published draft", "publish draft hidden", "show hidden", "unmute muted", "undo done"])
        .Select(static group => Array.ConvertAll(group.Split(' '), Words.Stem)).ToFrozenDictionary(static group => group[0], static group => group[1..], StringComparer.Ordinal);

    private static readonly FrozenSet<string> Fields = Words.Set("status state phase stage progress condition lifecycle");

    private static readonly FrozenSet<string> Switches = Words.Set("on power powered enabled active lit switched running");

    /// <summary>Whether a flag says if a thing is on.</summary>
    public static bool IsSwitch(Parameter parameter) => parameter.Type == "boolean" && parameter.Is(Switches);

    /// <summary>Whether an operation turns something on or off.</summary>
    public static bool IsSwitch(Operation operation, string particle) => !operation.IsRead && (operation.Noun == particle || operation.NameTokens.Contains(particle)
        || operation.All.Any(parameter => !parameter.InPath && (IsSwitch(parameter) || parameter.Enum.Any(value => value.Equals(particle, StringComparison.OrdinalIgnoreCase)))));

    /// <summary>How well <paramref name="word"/> names the state that <paramref name="verb"/> leads to, from 0 to 1.</summary>
    public static double Match(string verb, string word)
    {
        if (States.TryGetValue(verb, out var states) && Array.IndexOf(states, word) is >= 0 and var at)
        {
            return 1 - (0.02 * at);
        }

        return verb.Length > 2 && verb == word ? 1 : 0;
    }

    /// <summary>Whether <paramref name="verb"/> ends what <paramref name="word"/> says: to "reopen" is to be no longer done.</summary>
    public static bool Ends(string verb, string word) => Opposites.TryGetValue(verb, out var ended) && ended.Contains(word);

    /// <summary>Whether a field says how far a thing is.</summary>
    public static bool IsField(Parameter parameter) => parameter.Is(Fields);

    /// <summary>Whether an operation can set a thing to what the verb leads to.</summary>
    public static bool CanSet(Operation operation, string verb) => operation.Method is "PATCH" or "PUT" && operation.Parameters.Any(parameter =>
        !parameter.InPath && (parameter.Enum.Length > 0
            ? parameter.Enum.Any(value => Words.Split(value).Any(word => Match(verb, word) > 0))
            : parameter.Type == "boolean" && parameter.Tokens.Any(word => Match(verb, word) > 0 || Ends(verb, word))));
}
