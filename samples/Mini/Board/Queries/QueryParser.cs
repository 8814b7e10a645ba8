using System.Text.Json.Nodes;

namespace ApeTest.Mini.Board.Queries;

/// <summary>Parses GraphQL documents: operations, variables, arguments, aliases, fragments. Directives are read and mean nothing here.</summary>
internal sealed class QueryParser
{
    private const int Deepest = 32;

    private readonly QueryLexer _lexer;
    private int _depth;

    private QueryParser(string text)
    {
        _lexer = new QueryLexer(text);
        _lexer.Next();
    }

    /// <summary>Parses; what is malformed throws <see cref="QueryException"/>.</summary>
    public static QueryDocument Parse(string text) => new QueryParser(text).Document();

    private QueryDocument Document()
    {
        var operations = new List<QueryOperation>();
        var fragments = new Dictionary<string, IReadOnlyList<QuerySelection>>(StringComparer.Ordinal);
        while (_lexer.Current.Kind is not QueryTokenKind.End)
        {
            if (_lexer.Current.IsName("fragment"))
            {
                _lexer.Next();
                var name = Name();
                Condition();
                Directives();
                fragments[name] = Selections();
                continue;
            }
            operations.Add(Operation());
        }
        return new QueryDocument(operations, fragments);
    }

    private QueryOperation Operation()
    {
        if (_lexer.Current.IsMark("{"))
        {
            return new QueryOperation("query", null, [], Selections());
        }
        var kind = Name();
        if (kind is not ("query" or "mutation"))
        {
            throw new QueryException($"Syntax error: unexpected '{kind}'; this API knows query and mutation.");
        }
        var name = _lexer.Current.Kind is QueryTokenKind.Name ? Name() : null;
        var defaults = Variables();
        Directives();
        return new QueryOperation(kind, name, defaults, Selections());
    }

    private JsonObject Variables()
    {
        var defaults = new JsonObject();
        if (!Takes("("))
        {
            return defaults;
        }
        while (!Takes(")"))
        {
            Mark("$");
            var name = Name();
            Mark(":");
            Type();
            if (Takes("="))
            {
                defaults[name] = Value();
            }
        }
        return defaults;
    }

    private void Type()
    {
        if (Takes("["))
        {
            Enter();
            Type();
            _depth--;
            Mark("]");
        }
        else
        {
            Name();
        }
        Takes("!");
    }

    private List<QuerySelection> Selections()
    {
        Enter();
        Mark("{");
        var selections = new List<QuerySelection>();
        while (!Takes("}"))
        {
            selections.Add(Takes("...") ? Fragment() : Field());
        }
        _depth--;
        return selections.Count > 0 ? selections : throw new QueryException("Syntax error: a selection is empty.");
    }

    private QuerySelection Fragment()
    {
        if (_lexer.Current.Kind is QueryTokenKind.Name && !_lexer.Current.IsName("on"))
        {
            var name = Name();
            Directives();
            return new QuerySelection(null, null, [], null, name);
        }
        if (_lexer.Current.IsName("on"))
        {
            Condition();
        }
        Directives();
        return new QuerySelection(null, null, [], Selections(), null);
    }

    private QuerySelection Field()
    {
        var name = Name();
        var alias = name;
        if (Takes(":"))
        {
            name = Name();
        }
        var arguments = Arguments();
        Directives();
        return new QuerySelection(name, alias, arguments, _lexer.Current.IsMark("{") ? Selections() : null, null);
    }

    private JsonObject Arguments()
    {
        var arguments = new JsonObject();
        if (Takes("("))
        {
            while (!Takes(")"))
            {
                var name = Name();
                Mark(":");
                arguments[name] = Value();
            }
        }
        return arguments;
    }

    private JsonNode? Value()
    {
        var token = _lexer.Next();
        switch (token.Kind)
        {
            case QueryTokenKind.Text:
                return JsonValue.Create(token.Text);
            case QueryTokenKind.Number:
                return JsonNode.Parse(token.Text);
            case QueryTokenKind.Name:
                return token.Text switch { "true" => true, "false" => false, "null" => null, _ => JsonValue.Create(token.Text) };
            case QueryTokenKind.Mark when token.Text == "$":
                return new JsonObject { ["$"] = Name() };
            case QueryTokenKind.Mark when token.Text == "[":
                return List();
            case QueryTokenKind.Mark when token.Text == "{":
                return Object();
            default:
                throw new QueryException($"Syntax error: unexpected '{token.Text}'.");
        }
    }

    private JsonArray List()
    {
        Enter();
        var list = new JsonArray();
        while (!Takes("]"))
        {
            list.Add(Value());
        }
        _depth--;
        return list;
    }

    private JsonObject Object()
    {
        Enter();
        var result = new JsonObject();
        while (!Takes("}"))
        {
            var name = Name();
            Mark(":");
            result[name] = Value();
        }
        _depth--;
        return result;
    }

    private void Directives()
    {
        while (Takes("@"))
        {
            Name();
            Arguments();
        }
    }

    private void Condition()
    {
        if (!_lexer.Next().IsName("on"))
        {
            throw new QueryException("Syntax error: a fragment needs 'on' and a type.");
        }
        Name();
    }

    private void Enter()
    {
        if (++_depth > Deepest)
        {
            throw new QueryException("The query is nested too deeply.");
        }
    }

    private bool Takes(string mark)
    {
        if (_lexer.Current.Kind is QueryTokenKind.End)
        {
            throw new QueryException("Syntax error: the query ends early.");
        }
        if (!_lexer.Current.IsMark(mark))
        {
            return false;
        }
        _lexer.Next();
        return true;
    }

    private void Mark(string mark)
    {
        if (!Takes(mark))
        {
            throw new QueryException($"Syntax error: '{mark}' expected, '{_lexer.Current.Text}' found.");
        }
    }

    private string Name() => _lexer.Current.Kind is QueryTokenKind.Name
        ? _lexer.Next().Text
        : throw new QueryException($"Syntax error: a name expected, '{_lexer.Current.Text}' found.");
}
