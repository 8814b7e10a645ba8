namespace ApeTest.Targets.GraphQl;

/// <summary>The introspection query (GraphQL, October 2021, section 4). Deprecated fields are left out, as the specification's default says.</summary>
internal static class IntrospectionQuery
{
    public const string Name = "ApeTestIntrospection";

    public const string Text = """
        query ApeTestIntrospection {
          __schema {
            queryType { name } mutationType { name }
            types {
              kind name description
              fields { name description args { ...Input } type { ...Type } }
              inputFields { ...Input }
              enumValues { name }
              possibleTypes { name }
            }
          }
        }
        fragment Input on __InputValue { name description defaultValue type { ...Type } }
        fragment Type on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } }
        """;
}
