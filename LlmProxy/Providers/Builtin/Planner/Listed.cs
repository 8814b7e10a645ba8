using System.Collections.Frozen;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Texts of a list that has no ids: "with the labels bug and urgent", "with extra olives".</summary>
internal static class Listed
{
    private static readonly FrozenSet<string> Recipients = Words.Set("to cc bcc recipients attendees invitees guests participants emails");

    /// <summary>The texts behind the parameter's own name; null where the words do not speak of it.</summary>
    public static JsonNode? Find(Intent intent, Parameter parameter)
    {
        if (parameter.Item!.Format == "email" || parameter.Is(Recipients))
        {
            var copied = intent.Tokens.SkipWhile(token => !token.Is("cc")).Where(token => token.Kind == TokenKind.Email).ToList();
            var mails = parameter.Tokens is ["cc" or "bcc"] ? copied : [.. intent.Tokens.Where(token => token.Kind == TokenKind.Email).Except(copied)];
            return mails.Count > 0 ? new JsonArray([.. mails.Select(mail => JsonValue.Create(mail.Text))]) : null;
        }

        var name = parameter.Tokens.Length > 0 ? parameter.Tokens[^1] : "";
        foreach (var phrase in intent.Phrases)
        {
            var at = phrase.Tokens.ToList().FindIndex(token => token.Stem.Length > 0 && token.Stem == name);
            var texts = phrase.Tokens.Skip(at + 1).TakeWhile(token => token.Kind is TokenKind.Literal or TokenKind.Id or TokenKind.Word)
                .Where(token => token.Kind != TokenKind.Word || !Words.IsIdle(token.Stem)).Select(token => token.Text).ToList();
            if (at >= 0 && texts.Count > 0)
            {
                return new JsonArray([.. texts.Select(text => JsonValue.Create(text))]);
            }
        }

        return null;
    }
}
