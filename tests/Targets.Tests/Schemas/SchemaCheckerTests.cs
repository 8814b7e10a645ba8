using ApeTest.Targets.Schemas;

namespace ApeTest.Targets.Tests.Schemas;

public sealed class SchemaCheckerTests
{
    public static TheoryData<string, string, string?> Cases => new()
    {
        // schema, value, null where it holds or a part of the only error
        { """{"type":"integer"}""", "2", null },
        { """{"type":"integer"}""", "2.0", null },
        { """{"type":"integer"}""", "2.5", "$: expected integer, got number 2.5" },
        { """{"type":"integer"}""", "\"two\"", "$: expected integer, got string \"two\"" },
        { """{"type":"integer"}""", "1e300", null },
        { """{"type":"number"}""", "2", null },
        { """{"type":"number"}""", "true", "$: expected number, got boolean true" },
        { """{"type":["string","null"]}""", "null", null },
        { """{"type":["string","null"]}""", "1", "$: expected null or string, got number 1" },
        { """{"type":"string","nullable":true}""", "null", null },
        { """{"type":"string"}""", "null", "$: expected string, got null" },
        { """{"type":"boolean"}""", "false", null },
        { """{"type":"object"}""", "[]", "$: expected object, got an array" },
        { """{"type":"array"}""", "{}", "$: expected array, got an object" },
        { """{"required":["a"]}""", "{}", "$.a: is required" },
        { """{"required":["a b"]}""", "{}", "$['a b']: is required" },
        { """{"properties":{"a":{"type":"string"}}}""", """{"a":1}""", "$.a: expected string, got number 1" },
        { """{"properties":{"a":{}},"additionalProperties":false}""", """{"b":1}""", "$.b: is not a known property; known: a" },
        { """{"additionalProperties":false}""", """{"b":1}""", "$.b: is not a known property; none is" },
        { """{"additionalProperties":{"type":"integer"}}""", """{"b":"x"}""", "$.b: expected integer" },
        { """{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"x1":1}""", null },
        { """{"patternProperties":{"^x":{"type":"integer"}}}""", """{"x1":"a"}""", "$.x1: expected integer" },
        { """{"minProperties":2}""", """{"a":1}""", "$: must have at least 2 properties, got 1" },
        { """{"maxProperties":0}""", """{"a":1}""", "$: must have at most 0 properties, got 1" },
        { """{"enum":["a","b"]}""", "\"b\"", null },
        { """{"enum":["a","b"]}""", "\"c\"", "$: expected one of \"a\", \"b\", got string \"c\"" },
        { """{"enum":[1,null]}""", "1.0", null },
        { """{"const":{"a":1}}""", """{"a":1}""", null },
        { """{"const":5}""", "6", "$: expected 5, got number 6" },
        { """{"minimum":1}""", "1", null },
        { """{"minimum":1}""", "0", "$: must be at least 1, got 0" },
        { """{"maximum":1}""", "1.5", "$: must be at most 1, got 1.5" },
        { """{"exclusiveMinimum":1}""", "1", "$: must be above 1, got 1" },
        { """{"exclusiveMaximum":1}""", "1", "$: must be below 1, got 1" },
        { """{"minimum":1,"exclusiveMinimum":true}""", "1", "$: must be above 1, got 1" },
        { """{"maximum":9,"exclusiveMaximum":false}""", "9", null },
        { """{"multipleOf":0.01}""", "19.99", null },
        { """{"multipleOf":3}""", "7", "$: must be a multiple of 3, got 7" },
        { """{"minLength":2}""", "\"\\ud83d\\ude00\"", "$: must be at least 2 characters long, got 1" },
        { """{"maxLength":1}""", "\"ab\"", "$: must be at most 1 characters long, got 2" },
        { """{"pattern":"^a+$"}""", "\"aaa\"", null },
        { """{"pattern":"^a+$"}""", "\"b\"", "$: must match the pattern ^a+$" },
        { """{"pattern":"^(?=a)a$"}""", "\"b\"", "$: must match the pattern" },
        { """{"format":"uuid"}""", "\"3f2504e0-4f89-11d3-9a0c-0305e82c3301\"", null },
        { """{"format":"uuid"}""", "\"x\"", "$: must be a uuid, got \"x\"" },
        { """{"format":"date"}""", "\"2026-02-29\"", "$: must be a date" },
        { """{"format":"date"}""", "\"2024-02-29\"", null },
        { """{"format":"date-time"}""", "\"2026-11-21T13:15:02.114Z\"", null },
        { """{"format":"date-time"}""", "\"2026-11-21\"", "$: must be a date-time" },
        { """{"format":"email"}""", "\"a@b.c\"", null },
        { """{"format":"email"}""", "\"a b@c\"", "$: must be a email" },
        { """{"format":"uri"}""", "\"https://a/b\"", null },
        { """{"format":"uri"}""", "\"not a uri\"", "$: must be a uri" },
        { """{"format":"ipv4"}""", "\"10.0.0.256\"", "$: must be a ipv4" },
        { """{"format":"something-else"}""", "\"x\"", null },
        { """{"items":{"type":"integer"}}""", "[1,\"a\"]", "$[1]: expected integer, got string \"a\"" },
        { """{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}""", "[\"a\",1]", null },
        { """{"prefixItems":[{"type":"string"}],"items":false}""", "[\"a\",1]", "$[1]: is not allowed" },
        { """{"minItems":1}""", "[]", "$: must have at least 1 items, got 0" },
        { """{"maxItems":1}""", "[1,2]", "$: must have at most 1 items, got 2" },
        { """{"uniqueItems":true}""", "[1,2,1]", "items 0 and 2 are equal" },
        { """{"uniqueItems":true}""", """[{"a":1},{"a":1}]""", "items 0 and 1 are equal" },
        { """{"uniqueItems":true}""", "[1,\"1\"]", null },
        { """{"contains":{"const":1}}""", "[2]", "$: holds no item of the required kind" },
        { """{"allOf":[{"minimum":1},{"maximum":3}]}""", "4", "$: must be at most 3, got 4" },
        { """{"anyOf":[{"type":"string"},{"type":"integer"}]}""", "1", null },
        { """{"oneOf":[{"type":"number"},{"type":"integer"}]}""", "1", "$: matches more than one alternative" },
        { """{"oneOf":[{"type":"string"},{"type":"integer"}]}""", "1", null },
        { """{"not":{"type":"string"}}""", "\"a\"", "$: matches a schema that it must not match" },
        { """{"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}}""", "1", "$: expected string, got number 1" },
        { """{"$ref":"#/$defs/a~1b","$defs":{"a/b":{"type":"string"}}}""", "\"x\"", null },
        { """{"properties":{"next":{"$ref":"#"},"v":{"type":"integer"}}}""", """{"next":{"next":{"v":"x"}}}""", "$.next.next.v: expected integer" },
        { "true", "1", null },
        { "false", "1", "$: is not allowed" },
        { """{"unknownKeyword":1}""", "1", null },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Check_Case_AsExpected(string schema, string value, string? expected)
    {
        var errors = SchemaChecker.Compile(Some.Json(schema)).Check(Some.Json(value));

        if (expected is null)
        {
            Assert.Empty(errors);
        }
        else
        {
            Assert.Contains(expected, Assert.Single(errors).ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Check_SeveralErrors_AllAtOnce()
    {
        var checker = SchemaChecker.Compile(Some.Json("""
            {"type":"object","properties":{"quantity":{"type":"integer"},"items":{"items":{"required":["id"]}}},"required":["sku"]}
            """));

        var errors = checker.Check(Some.Json("""{"quantity":"two","items":[{},{"id":1},{}]}"""));

        Assert.Equal(
            ["$.sku: is required", "$.quantity: expected integer, got string \"two\"", "$.items[0].id: is required", "$.items[2].id: is required"],
            errors.Select(static error => error.ToString()));
    }

    [Fact]
    public void Check_ManyErrors_AtMostTwenty()
    {
        var checker = SchemaChecker.Compile(Some.Json("""{"items":{"type":"string"}}"""));

        Assert.Equal(SchemaChecker.MaxErrors, checker.Check(Some.Json($"[{string.Join(',', Enumerable.Range(0, 100))}]")).Length);
    }

    [Fact]
    public void Check_OneOf_NamesNearestAlternative()
    {
        var checker = SchemaChecker.Compile(Some.Json("""
            {"oneOf":[{"type":"string"},{"type":"object","properties":{"card":{"type":"object","properties":{"cvc":{"type":"string"}}}}}]}
            """));

        var errors = checker.Check(Some.Json("""{"card":{"cvc":123}}"""));

        Assert.Equal("$.card.cvc: expected string, got number 123", errors[^1].ToString());
    }

    [Fact]
    public void Check_SelfReference_EndsWithError()
    {
        var checker = SchemaChecker.Compile(Some.Json("""{"$ref":"#"}"""));

        Assert.Contains("nested deeper", Assert.Single(checker.Check(Some.Json("1"))).Rule, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_PatternThatBacktracks_IsBounded()
    {
        var checker = SchemaChecker.Compile(Some.Json("""{"pattern":"^(?=x*)(x+x+)+y$"}"""));

        var error = Assert.Single(checker.Check(Some.Json($"\"{new string('x', 5000)}\"")));

        Assert.Contains("pattern", error.Rule, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"strin"}""", "#/type: 'strin' is not a type")]
    [InlineData("""{"properties":{"a":{"type":"x"}}}""", "#/properties/a/type")]
    [InlineData("""{"pattern":"("}""", "#/pattern")]
    [InlineData("""{"$ref":"#/$defs/none"}""", "points to nothing")]
    [InlineData("""{"$ref":"other.json"}""", "does not point into the same document")]
    [InlineData("""{"anyOf":[]}""", "at least one schema")]
    [InlineData("5", "a schema must be an object or a boolean")]
    public void Compile_MalformedSchema_SaysWhere(string schema, string expected)
    {
        var exception = Assert.Throws<FormatException>(() => SchemaChecker.Compile(Some.Json(schema)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }
}
