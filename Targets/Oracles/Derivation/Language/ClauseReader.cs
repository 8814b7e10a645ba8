using System.Collections.Frozen;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>
/// Cuts a goal into clauses. A clause begins with a verb where a sentence begins, behind a comma, behind <c>and</c>, <c>then</c>,
/// <c>by</c>, and behind <c>to</c>; everything else belongs to the clause before it. What is negated is no clause.
/// </summary>
internal sealed class ClauseReader
{
    private const string Conditional = "depends on a condition: whether it must happen differs from session to session";
    private const string Alternative = "leaves the choice between two things";
    private const string Purpose = "may be a purpose or a step of its own";
    private const string NounOrVerb = "can be read as a thing or as a step";
    private const string MaybeNegated = "may or may not be negated";
    private const string Unknown = "is not understood";

    private static readonly FrozenSet<string> Negations = FunctionWords.Set("not never without avoid instead rather nor cannot no");
    private static readonly FrozenSet<string> Conditions = FunctionWords.Set("if unless otherwise else whether provided");
    private static readonly FrozenSet<string> Subordinators = FunctionWords.Set("when once while because since until till so although as whenever where which who");
    private static readonly FrozenSet<string> Idioms = FunctionWords.Set("needed necessary required possible asked prompted applicable");
    private readonly string _goal;
    private readonly VerbFinder _verbs;
    private readonly List<Token> _tokens;
    private readonly List<Clause> _clauses = [];
    private readonly List<Token> _rest = [];
    private Verb? _verb;
    private int _start;
    private int _end;
    private string? _doubt;
    private bool _optional;
    private bool _open;
    private bool _conditional;
    private bool _optionalNext;
    private bool _negated;

    private ClauseReader(string goal, Vocabulary vocabulary)
    {
        _goal = goal;
        _tokens = Tokenizer.Read(goal);
        _verbs = new VerbFinder(_tokens, vocabulary);
    }

    public static List<Clause> Read(string goal, Vocabulary vocabulary)
    {
        var reader = new ClauseReader(goal, vocabulary);
        reader.ReadAll();
        return reader._clauses;
    }

    private void ReadAll()
    {
        var i = 0;
        var boundary = Boundary.Sentence;
        var connector = "";
        while (i < _tokens.Count)
        {
            var token = _tokens[i];
            if (token.Kind is TokenKind.Stop)
            {
                Close();
                (_conditional, _optionalNext, _negated, boundary, connector) = (false, false, false, Boundary.Sentence, "");
                i++;
            }
            else if (token.Kind is TokenKind.Pause || (token.Kind is TokenKind.Word && FunctionWords.Connectors.Contains(token.Text)))
            {
                i = Connect(i, ref boundary, ref connector);
            }
            else
            {
                i = boundary is Boundary.None ? Middle(i, ref boundary) : Begin(i, ref boundary, connector);
            }
        }
        Close();
    }

    /// <summary>A comma or a connector; where no verb follows it belongs to the clause.</summary>
    private int Connect(int i, ref Boundary boundary, ref string connector)
    {
        var token = _tokens[i];
        connector = boundary is Boundary.None ? "" : connector;
        if (token.Kind is TokenKind.Pause)
        {
            _negated = false;
            connector = connector.Length == 0 ? "," : connector;
        }
        else
        {
            connector = token.Text is "and" or "or" or "but" or "plus" ? token.Text : "then";
            _negated &= connector is "and" or "or";
        }
        if (boundary is Boundary.None or Boundary.Soft)
        {
            boundary = connector == "then" ? Boundary.Step : Boundary.Soft;
        }
        if (_open)
        {
            _rest.Add(token);
        }
        return i + 1;
    }

    /// <summary>A place where a clause may begin.</summary>
    private int Begin(int i, ref Boundary place, string connector)
    {
        var boundary = place;
        place = Boundary.None;
        var at = _verbs.SkipFillers(i, out var subject);
        if (at < _tokens.Count && _tokens[at] is { Kind: TokenKind.Word } word)
        {
            if (Negations.Contains(word.Text) || (word.Text == "do" && at + 1 < _tokens.Count && _tokens[at + 1].Is("not")))
            {
                var negated = at + (word.Text == "do" ? 2 : 1);
                if (negated < _tokens.Count && _tokens[negated].Text is "forget" or "hesitate" or "fail")
                {
                    Close();
                    place = Boundary.Step;
                    return Math.Min(negated + 2, _tokens.Count);
                }
                return Negate(negated);
            }
            if (Conditions.Contains(word.Text))
            {
                return Condition(at, boundary, ref place);
            }
            if (Subordinators.Contains(word.Text) && boundary is not Boundary.Soft)
            {
                Close();
                return SkipToBoundary(at + 1);
            }
            if (word.Text is "by" or "before" && _verbs.At(at + 1, anyForm: true, Boundary.Step) is { } how)
            {
                Open(how, at, word.Text == "before" && how.Verb.ChangesState ? "does not say clearly what comes first" : null);
                return how.Next;
            }
            if (_verbs.At(at, subject || boundary is Boundary.Sentence, boundary, subject) is { } found)
            {
                return Take(found, at, boundary, connector);
            }
            if (_verbs.IsUnknown(at))
            {
                Open(null, at, Unknown);
                return at + 1;
            }
        }
        if (boundary is Boundary.Sentence or Boundary.Step)
        {
            Close();
        }
        // No verb: it goes on.
        return Middle(i, ref place);
    }

    private int Take(VerbFound found, int at, Boundary boundary, string connector)
    {
        var verb = found.Verb;
        var ends = found.Next >= _tokens.Count || _tokens[found.Next].IsBoundary || (_tokens[found.Next].Kind is TokenKind.Word && FunctionWords.Connectors.Contains(_tokens[found.Next].Text));
        var doubt = _negated ? MaybeNegated
            : boundary is Boundary.Soft && connector == "and" && ends && found.Next == at + 1 && _open && _verb is { ChangesState: true }
                && Lexicon.AlsoNouns.Contains(verb.Name) && !VerbFinder.PlainlyVerbs.Contains(verb.Name) ? NounOrVerb
            : null;
        if (connector == "or" && _open)
        {
            _doubt ??= _verb is { ChangesState: true } ? Alternative : null;
            doubt ??= Alternative;
        }
        Open(found, at, doubt);
        return found.Next;
    }

    /// <summary>A place within a clause.</summary>
    private int Middle(int i, ref Boundary boundary)
    {
        var token = _tokens[i];
        if (token.Kind is TokenKind.Word)
        {
            if (token.Text is "without" or "instead" or "rather" or "not")
            {
                return Negate(i + 1);
            }
            if (Conditions.Contains(token.Text) && i + 1 < _tokens.Count)
            {
                return TrailingCondition(i);
            }
            if (token.Text == "by" && _verbs.At(i + 1, anyForm: true, Boundary.Step) is { Form: VerbForm.Gerund } how)
            {
                Open(how, i + 1, null);
                boundary = Boundary.None;
                return how.Next;
            }
            if (token.Text is "before" or "after" && _verbs.At(i + 1, anyForm: true, Boundary.Step) is { Form: VerbForm.Gerund } other)
            {
                Open(other, i + 1, other.Verb.ChangesState ? "does not say clearly what comes first" : null);
                boundary = Boundary.None;
                return other.Next;
            }
            if (token.Text == "to" && PurposeAt(i + 1) is { } purpose)
            {
                Open(purpose, i + 1, _open && _verb is { ChangesState: true } ? Purpose : null);
                boundary = Boundary.None;
                return purpose.Next;
            }
        }
        if (_open)
        {
            _rest.Add(token);
        }
        else if (token.Kind is TokenKind.Word && Lexicon.Find(token.Text) is { ChangesState: true } verb && !Lexicon.AlsoNouns.Contains(verb.Name))
        {
            // A clause with a beginning that is not understood: "In the shop buy two coffees".
            Open(new VerbFound(verb, i + 1, VerbForm.Base), i, null);
            boundary = Boundary.None;
        }
        return i + 1;
    }

    private VerbFound? PurposeAt(int i)
    {
        if (_verbs.At(i, anyForm: false, Boundary.Step) is not { Form: VerbForm.Base, Verb.ChangesState: true } found)
        {
            return null;
        }
        if (!Lexicon.AlsoNouns.Contains(found.Verb.Name) || found.Next > i + 1 || (VerbFinder.PlainlyVerbs.Contains(found.Verb.Name) && _verb is not { ChangesState: true }))
        {
            return found;
        }
        var following = found.Next < _tokens.Count ? _tokens[found.Next] : default;
        var isObject = (following.Kind is TokenKind.Word && FunctionWords.IsDeterminer(following.Text))
            || (following.Kind is TokenKind.Number && found.Next + 1 < _tokens.Count && _tokens[found.Next + 1].Kind is TokenKind.Word);
        return isObject ? found : null;
    }

    private int Negate(int i)
    {
        Close();
        _negated = true;
        while (i < _tokens.Count && !_tokens[i].IsBoundary && !(_tokens[i].Kind is TokenKind.Word && FunctionWords.Connectors.Contains(_tokens[i].Text)))
        {
            i++;
        }
        return i;
    }

    private int Condition(int i, Boundary boundary, ref Boundary place)
    {
        var end = SkipToBoundary(i + 1);
        var ends = end >= _tokens.Count || _tokens[end].Kind is TokenKind.Stop;
        if (boundary is Boundary.Soft && _open && ends)
        {
            // "Reserve it, unless a copy is there."
            return TrailingCondition(i);
        }
        Close();
        if (_tokens[i].Text is "otherwise" or "else")
        {
            // The verb follows at once.
            _conditional = true;
            place = Boundary.Step;
            return i + 1;
        }
        var idiom = IsIdiom(i, end);
        _conditional |= !idiom;
        _optionalNext |= idiom;
        for (var at = i + 1; ends && !idiom && at < end; at++)
        {
            // "If it is lent out reserve it": no comma says where the step begins.
            if (_verbs.At(at, anyForm: false, Boundary.Step) is { Form: VerbForm.Base, Verb.ChangesState: true } found)
            {
                Open(found, at, Conditional);
                return found.Next;
            }
        }
        return end;
    }

    private int TrailingCondition(int i)
    {
        var end = SkipToBoundary(i + 1);
        if (_open)
        {
            _optional |= IsIdiom(i, end);
            _doubt ??= _optional ? null : Conditional;
        }
        return end;
    }

    private bool IsIdiom(int from, int to) => _tokens.GetRange(from, to - from).Any(static token => token.Kind is TokenKind.Word && Idioms.Contains(token.Text));

    private int SkipToBoundary(int i)
    {
        while (i < _tokens.Count && !_tokens[i].IsBoundary)
        {
            i++;
        }
        return i;
    }

    private void Open(VerbFound? found, int start, string? doubt)
    {
        Close();
        _open = true;
        (_verb, _start) = (found?.Verb, start);
        _doubt = doubt ?? (_conditional ? Conditional : null);
        (_optional, _optionalNext, _negated) = (_optionalNext, false, false);
        _end = (found?.Next ?? start + 1) - 1;
        _verbs.Begun(found);
    }

    private void Close()
    {
        if (!_open)
        {
            return;
        }
        while (_rest.Count > 0 && (_rest[^1].Kind is TokenKind.Pause || (_rest[^1].Kind is TokenKind.Word && FunctionWords.Connectors.Contains(_rest[^1].Text))))
        {
            _rest.RemoveAt(_rest.Count - 1);
        }
        var end = _rest.Count > 0 ? _rest[^1].End : _tokens[_end].End;
        _clauses.Add(new Clause(_goal[_tokens[_start].Start..end], _verb, PhraseReader.Read(_rest), _doubt, _optional));
        _rest.Clear();
        (_open, _verb) = (false, null);
    }
}
