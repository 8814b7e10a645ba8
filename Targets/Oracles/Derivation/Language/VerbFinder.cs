using System.Collections.Frozen;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>Tells which words of a goal are verbs that begin a clause: <c>book</c> is one in "book a seat", and none in "a book".</summary>
internal sealed class VerbFinder(List<Token> tokens, Vocabulary vocabulary)
{
    private static readonly FrozenSet<string> Leads = FunctionWords.Set("want wants need needs have has try tries wish like love plan attempt go goes going continue remember supposed about order able is are");

    private static readonly FrozenSet<string> Fillers = FunctionWords.Set("""
        please now also just simply kindly first firstly second secondly third thirdly last lastly immediately again still you i we they he
        she must should shall can could will would may might d ll lets let s after step there here
        """);

    private static readonly FrozenSet<string> Persons = FunctionWords.Set("""
        user customer agent member visitor shopper person client patron reader admin administrator tester buyer guest student employee
        someone passenger traveller traveler player owner author teacher manager
        """);

    private static readonly FrozenSet<string> Purposes = FunctionWords.Set("goal task job mission objective aim assignment");

    // "With card 17 and PIN 1234": credentials, not deeds.
    private static readonly FrozenSet<string> Credentials = FunctionWords.Set("pin email text message code tag label");

    private static readonly FrozenSet<string> Particled = FunctionWords.Set("give bring hand take send put");

    private Verb? _verb;
    private VerbForm _form;

    /// <summary>Verbs whose name is hardly ever meant as a noun in a goal.</summary>
    public static readonly FrozenSet<string> PlainlyVerbs = FunctionWords.Set("checkout login logout signup register pay vote cancel visit");

    /// <summary>A clause has begun with <paramref name="found"/>, or with an unknown verb: the next ones are likely to have the same form.</summary>
    public void Begun(VerbFound? found) => (_verb, _form) = (found?.Verb, found?.Form ?? VerbForm.Base);

    /// <summary>The verb at <paramref name="i"/>, if a clause can begin with it there; null otherwise.</summary>
    /// <param name="i">Index of the token.</param>
    /// <param name="anyForm">Whether it may be a gerund.</param>
    /// <param name="boundary">How likely a clause begins there.</param>
    /// <param name="subject">Whether a subject stands before it.</param>
    public VerbFound? At(int i, bool anyForm, Boundary boundary, bool subject = false)
    {
        if (i >= tokens.Count || tokens[i].Kind is not TokenKind.Word)
        {
            return null;
        }
        var word = tokens[i].Text;
        var next = i + 1 < tokens.Count ? tokens[i + 1] : default;
        var after = i + 2 < tokens.Count ? tokens[i + 2] : default;
        var (verb, end) = next.Kind is TokenKind.Word && vocabulary.FindJoined(word, next.Text) is { } joined ? (joined, i + 2)
            // "log me in", "sign her up"
            : after.Kind is TokenKind.Word && next.Kind is TokenKind.Word && FunctionWords.Pronouns.Contains(next.Text) && vocabulary.FindJoined(word, after.Text) is { } apart ? (apart, i + 3)
            : (vocabulary.FindForm(word), i + 1);
        var taken = TakesBack(i);
        verb = taken is null ? verb : Lexicon.Find(taken);
        if (verb is null || (boundary is Boundary.Soft && IsNoun(tokens[i], verb, next, after)))
        {
            return null;
        }
        if (verb.Name == "make" && next.Text is "sure" or "certain")
        {
            verb = Lexicon.Find("ensure")!;
        }
        else if (verb.Name == "return" && next.Is("to"))
        {
            verb = Lexicon.Find("go")!;
        }
        var form = vocabulary.Find(word) is not null || (taken is not null && Particled.Contains(word)) || end == i + 2 && Lexicon.Joined(word, next.Text) is not null ? VerbForm.Base
            : word.EndsWith("ing", StringComparison.Ordinal) ? VerbForm.Gerund
            : VerbForm.ThirdPerson;
        var fits = form switch
        {
            VerbForm.Base => true,
            VerbForm.Gerund => anyForm || boundary is Boundary.Sentence || _form is VerbForm.Gerund,
            _ => subject || _form is VerbForm.ThirdPerson,
        };
        return fits ? new VerbFound(verb, end, form) : null;
    }

    /// <summary>Whether a word that may be a verb is a noun behind a comma or <c>and</c>: <c>order 17</c>, <c>PIN</c>.</summary>
    private bool IsNoun(Token word, Verb verb, Token next, Token after) => Lexicon.AlsoNouns.Contains(verb.Name)
        && ((word.IsCapital && !PlainlyVerbs.Contains(verb.Name))
            || (next.Kind is TokenKind.Number && after.Kind is not TokenKind.Word)
            || (_verb is { Kind: VerbKind.Session } or { Name: "register" or "signup" } && Credentials.Contains(verb.Name)));

    /// <summary>"Give the book back", "take it off": a verb and its particle around the object.</summary>
    private string? TakesBack(int i)
    {
        if (!WordForms.Bases(tokens[i].Text).Any(Particled.Contains))
        {
            return null;
        }
        for (var at = i + 1; at < tokens.Count && at < i + 8 && !tokens[at].IsBoundary && !(tokens[at].Kind is TokenKind.Word && FunctionWords.Connectors.Contains(tokens[at].Text)); at++)
        {
            if (tokens[at].Is("back"))
            {
                return "return";
            }
            if (WordForms.Bases(tokens[i].Text).Contains("take") && (tokens[at].Is("off") || (tokens[at].Is("out") && at + 1 < tokens.Count && tokens[at + 1].Is("of"))))
            {
                return "remove";
            }
        }
        return null;
    }

    /// <summary>"Zap the widget": what stands before a determiner where a clause begins can only be a verb.</summary>
    public bool IsUnknown(int i)
    {
        var word = tokens[i].Text;
        return i + 1 < tokens.Count && word.Length > 1 && !FunctionWords.Prepositions.Contains(word) && !FunctionWords.IsDeterminer(word)
            && !FunctionWords.Pronouns.Contains(word) && !FunctionWords.Connectors.Contains(word) && word is not ("of" or "before" or "after" or "both" or "only" or "even" or "even")
            && tokens[i + 1] is { Kind: TokenKind.Word } next && (next.Text is "the" or "a" or "an" or "my" or "your" or "it" or "them" or "all" or "every" or "each");
    }

    private static bool IsAdverb(string word) =>
        word.Length > 4 && word.EndsWith("ly", StringComparison.Ordinal) && word is not ("reply" or "apply" or "supply" or "comply" or "assembly" or "family");

    /// <summary>The first token behind politeness, subjects and auxiliaries.</summary>
    public int SkipFillers(int i, out bool subject)
    {
        subject = false;
        for (var from = -1; from != i && i < tokens.Count;)
        {
            from = i;
            var token = tokens[i];
            var next = i + 1 < tokens.Count ? tokens[i + 1] : default;
            if (token.Kind is TokenKind.Number && next.Kind is TokenKind.Word)
            {
                i++;
            }
            else if (token.Kind is not TokenKind.Word)
            {
                return i;
            }
            else if (Leads.Contains(token.Text) && next.Is("to"))
            {
                i += 2;
            }
            else if (token.Text is "in" && next.Is("order"))
            {
                i += 2;
            }
            else if (Fillers.Contains(token.Text) || IsAdverb(token.Text) || (token.Text == "to" && subject))
            {
                i++;
            }
            else if (SkipSubject(i) is { } behind)
            {
                i = behind;
                subject = true;
            }
        }
        return i;
    }

    /// <summary><c>the customer</c>, <c>your goal is to</c>.</summary>
    private int? SkipSubject(int i)
    {
        var at = i;
        for (var words = 0; words < 3 && at < tokens.Count && tokens[at].Kind is TokenKind.Word; words++, at++)
        {
            var word = WordForms.Singular(tokens[at].Text);
            if (Persons.Contains(word))
            {
                return at + 1;
            }
            if (Purposes.Contains(word) && at + 1 < tokens.Count && tokens[at + 1].Text is "is" or "are" or ",")
            {
                return at + 2;
            }
            if (words == 0 && !FunctionWords.IsDeterminer(word))
            {
                return null;
            }
        }
        return null;
    }
}
