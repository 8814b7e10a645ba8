using System.Text.RegularExpressions;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Words that sound like a change: nothing keeps a target from doing one where a read is due, so what is named like one is not asked for. Found in
/// <c>/add_to_cart</c>, <c>addToCart</c>, <c>ADD</c> and <c>add/5</c>, and not in <c>address</c>.
/// </summary>
internal static partial class ChangeWords
{
    // What mostly names a page or a thing is left out ("post", "book", "rate", "block"), and so are log-in and registration: a GET shows their form.
    private const string Verbs = "create|add|insert|update|upsert|edit|delete|remove|destroy|erase|wipe|drop|send|resend|set|unset|reset|save|copy|move|rename|mark"
        + "|generate|start|stop|restart|reboot|shut.?down|kill|run|exec|execute|trigger|launch|deploy|install|uninstall|enable|disable|activate|deactivate|lock|unlock"
        + "|pay|buy|order|check.?out|donate|deposit|withdraw|transfer|refund|redeem|renew|approve|reject|accept|decline|confirm|verify|cancel|close|reopen|archive|restore"
        + "|publish|unpublish|assign|merge|apply|invite|join|leave|follow|unfollow|subscribe|unsubscribe|like|unlike|vote|toggle|revoke"
        + "|import|export|upload|download|sync|refresh|invalidate|clear|purge|flush|rebuild|reindex|retry|rollback|log.?out|sign.?out";

    // A word ends where no small letter goes on, nor a capital after a capital: addToCart, and not address or ADDRESS.
    private const string End = "(?![a-z]|(?<=[A-Z])[A-Z])";

    /// <summary>Whether a link, or what a form sends, sounds like a change.</summary>
    public static bool IsIn(string text) => Anywhere().IsMatch(text);

    /// <summary>Whether a name of a query begins with one, or is not meant for people.</summary>
    public static bool Begins(string name) => Beginning().IsMatch(name);

    [GeneratedRegex("(?i:(log|sign)[\\s_-]*(out|off)|delete|remove|destroy|reset|unsubscribe|cancel|toggle|vote|add(to|item))"
        + "|((?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?i:new|empty|" + Verbs + ")" + End)]
    private static partial Regex Anywhere();

    [GeneratedRegex("^(_|nodes?$|(?i:log|sign|register|" + Verbs + ")" + End + ")")]
    private static partial Regex Beginning();
}
