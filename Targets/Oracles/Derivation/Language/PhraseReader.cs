using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>Reads what stands behind a verb: direct objects, then adjuncts. <c>two coffees and a tea to the cart</c>.</summary>
internal sealed class PhraseReader
{
    private static readonly FrozenSet<string> Adverbs = FunctionWords.Set("again please back too also instead now later today tomorrow tonight off first once twice");

    // "Two copies of Dune" are copies of it, and the book all the same; "the comment of the ticket" is no ticket.
    private static readonly FrozenSet<string> Measures = FunctionWords.Set("copy unit piece pair couple dozen cup glass bottle box pack packet slice bunch kilo litre kind type sort one rest");

    private readonly ImmutableArray<ObjectPhrase>.Builder _objects = ImmutableArray.CreateBuilder<ObjectPhrase>();
    private readonly ImmutableArray<Adjunct>.Builder _adjuncts = ImmutableArray.CreateBuilder<Adjunct>();
    private readonly List<string> _nouns = [];
    private readonly List<string> _literals = [];
    private string? _preposition;
    private int? _count;
    private bool _all;
    private bool _definite;
    private bool _determined;
    private bool _pronoun;
    private bool _capitals;
    private bool _several;
    private bool _coordinated;
    private bool _namedByLiteral;
    private int _listFrom;
    private int _afterComma;

    public static Phrases Read(IReadOnlyList<Token> tokens)
    {
        var reader = new PhraseReader();
        for (var i = 0; i < tokens.Count; i++)
        {
            reader.Next(tokens[i], i + 1 < tokens.Count ? tokens[i + 1] : default);
        }
        reader.Close();
        var appositions = reader.TakeAppositions();
        return new Phrases(reader._objects.ToImmutable(), reader._adjuncts.ToImmutable(), appositions);
    }

    private bool IsEmpty => _nouns.Count == 0 && _literals.Count == 0;

    private void Next(Token token, Token following)
    {
        switch (token.Kind)
        {
            case TokenKind.Literal:
                _literals.Add(token.Text);
                break;
            case TokenKind.Number when IsEmpty && following.Kind is TokenKind.Word && !FunctionWords.Prepositions.Contains(following.Text):
                _count = int.TryParse(token.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : null;
                break;
            case TokenKind.Number:
                _literals.Add(token.Text);
                break;
            case TokenKind.Pause:
                Close();
                EndName(following);
                _afterComma++;
                break;
            case TokenKind.Word:
                Word(token, following);
                break;
        }
    }

    private void Word(Token token, Token following)
    {
        var word = token.Text;
        if ((!IsEmpty || _pronoun) && (word == "off" ? following.Kind is TokenKind.Literal || (following.Kind is TokenKind.Word && !Adverbs.Contains(following.Text)) : word == "out" && following.Is("of")))
        {
            // "Take the mug out of the cart", "off the list".
            Preposition("from");
            return;
        }
        if (Adverbs.Contains(word) || (word.Length > 4 && word.EndsWith("ly", StringComparison.Ordinal) && following.Kind is not TokenKind.Word))
        {
            return;
        }
        if (word is "and" or "or" or "plus")
        {
            Close();
            // A list ends with `and`; without it, what stands behind a comma explains.
            _afterComma = 0;
            EndName(following);
            for (var i = _listFrom + 1; _preposition is not null && i < _adjuncts.Count; i++)
            {
                _adjuncts[i] = _adjuncts[i] with { IsCoordinated = true };
            }
            _coordinated = _preposition is not null;
        }
        else if (FunctionWords.Pronouns.Contains(word) && IsEmpty && !_determined && following.Kind is not (TokenKind.Word or TokenKind.Literal))
        {
            _pronoun = true;
            _several |= word is "them" or "they" or "these" or "those";
            // "Add another": one more, not the same again.
            _count = word == "another" ? 1 : null;
        }
        else if (word is "other" or "others" or "rest" && IsEmpty && following.Kind is not (TokenKind.Word or TokenKind.Literal))
        {
            _pronoun = true;
        }
        else if (word is "it" or "them" or "him" or "me" or "us")
        {
            _pronoun |= IsEmpty;
            _several |= word == "them" && IsEmpty && !_determined;
        }
        else if (FunctionWords.Namers.Contains(word) || (FunctionWords.Prepositions.Contains(word) && !(word == "that" && IsEmpty)))
        {
            Preposition(FunctionWords.Namers.Contains(word) ? "named" : word);
        }
        else if (word == "of" && _nouns.Count > 0 && !Measures.Contains(_nouns[^1]))
        {
            Preposition("of");
        }
        else if (word == "of" || (word is "pair" && following.Is("of")))
        {
            _count ??= word == "pair" ? 2 : null;
        }
        else if (IsEmpty && FunctionWords.IsDeterminer(word))
        {
            _determined = true;
            _count ??= word == "another" ? 1 : null;
            _definite |= FunctionWords.Definite.Contains(word);
            _all |= FunctionWords.Quantifiers.Contains(word);
            if (FunctionWords.Numbers.TryGetValue(word, out var number) && number > 1)
            {
                _count = number;
            }
        }
        else
        {
            _capitals |= token.IsCapital;
            _nouns.Add(WordForms.Singular(word));
        }
    }

    private void Preposition(string preposition)
    {
        Close();
        (_preposition, _coordinated, _listFrom) = (preposition, false, _adjuncts.Count);
    }

    /// <summary>What follows a name is named by it only where it may be a further name: <c>called "Week" and a recipe</c>.</summary>
    private void EndName(Token following)
    {
        if (_preposition == "named" && (following.Kind is TokenKind.Number || (following.Kind is TokenKind.Word && (_namedByLiteral || FunctionWords.IsDeterminer(following.Text)))))
        {
            _preposition = null;
        }
    }

    private void Close()
    {
        var phrase = new ObjectPhrase([.. _nouns], _count, _all, _definite, (_pronoun || (_determined && !_all)) && IsEmpty, [.. _literals], _capitals && _literals.Count == 0, _several);
        if (!phrase.IsEmpty || _all)
        {
            if (_preposition is null)
            {
                _objects.Add(phrase);
            }
            else
            {
                _adjuncts.Add(new Adjunct(_preposition, phrase, _determined || _count is not null, _coordinated));
                _namedByLiteral = _nouns.Count == 0 && _literals.Count > 0;
            }
        }
        _nouns.Clear();
        _literals.Clear();
        (_count, _all, _definite, _determined, _pronoun, _capitals, _several) = (null, false, false, false, false, false, false);
    }

    private ImmutableArray<ObjectPhrase> TakeAppositions()
    {
        var taken = ImmutableArray.CreateBuilder<ObjectPhrase>();
        while (_afterComma > 0 && _objects.Count > 1)
        {
            taken.Add(_objects[^1]);
            _objects.RemoveAt(_objects.Count - 1);
            _afterComma--;
        }
        return taken.ToImmutable();
    }
}
