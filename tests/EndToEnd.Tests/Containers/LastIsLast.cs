using Xunit.Sdk;
using Xunit.v3;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>By name: tests that share a stack look at it before the one, named with a Z, that takes it down.</summary>
public sealed class LastIsLast : ITestCaseOrderer
{
    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCase> OrderTestCases<TTestCase>(IReadOnlyCollection<TTestCase> testCases)
        where TTestCase : notnull, ITestCase => [.. testCases.OrderBy(test => test.TestMethod?.MethodName, StringComparer.Ordinal)];
}
