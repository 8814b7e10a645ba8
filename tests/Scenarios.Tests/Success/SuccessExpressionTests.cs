using ApeTest.Scenarios.Success;

namespace ApeTest.Scenarios.Tests.Success;

public sealed class SuccessExpressionTests
{
    [Fact]
    public void Parse_OperationAndStatus_IsACondition()
    {
        var condition = Assert.Single(SuccessExpression.Parse("checkout=201"));

        Assert.Equal(("checkout", null, 201), (condition.Operation, condition.Read, condition.Status));
        Assert.Empty(condition.Capture);
    }

    [Fact]
    public void Parse_OperationAlone_IsAny2xx()
    {
        var condition = Assert.Single(SuccessExpression.Parse(" checkout "));

        Assert.Equal(("checkout", (int?)null), (condition.Operation, condition.Status));
    }

    [Theory]
    [InlineData("checkout=201{orderId=$.id, total=$.sum[0]}; GET /orders/{{orderId}}=200")]
    [InlineData("checkout=201{orderId=$.id,total=$.sum[0]},GET /orders/{{orderId}}=200")]
    [InlineData(" checkout = 201 { orderId = $.id , total = $.sum[0] } ; GET /orders/{{orderId}} = 200 ")]
    public void Parse_CaptureAndRead_AreTwoConditions(string text)
    {
        var conditions = SuccessExpression.Parse(text);

        Assert.Equal(2, conditions.Length);
        Assert.Equal(("checkout", 201), (conditions[0].Operation, conditions[0].Status));
        Assert.Equal([("orderId", "$.id"), ("total", "$.sum[0]")], conditions[0].Capture.Select(c => (c.Key, c.Value)));
        Assert.Equal(("GET /orders/{{orderId}}", 200), (conditions[1].Read, conditions[1].Status));
    }

    [Theory]
    [InlineData("GET /orders?id={{id}}", "GET /orders?id={{id}}", null)]
    [InlineData("GET /orders?id=7", "GET /orders?id=7", null)]
    [InlineData("GET /orders?id=7=200", "GET /orders?id=7", 200)]
    [InlineData("GET /orders?id={{id}}=200", "GET /orders?id={{id}}", 200)]
    [InlineData("GET /orders?open==200", "GET /orders?open=", 200)]
    [InlineData("HEAD /a", "HEAD /a", null)]
    public void Parse_Read_KeepsItsQuery(string text, string read, int? status)
    {
        var condition = Assert.Single(SuccessExpression.Parse(text));

        Assert.Equal((read, status), (condition.Read, condition.Status));
    }

    [Theory]
    [InlineData("checkout=2xx", "checkout", "2xx")]
    [InlineData("checkout = 200|202", "checkout", "200|202")]
    [InlineData("GET /orders?id=7=4xx", "GET /orders?id=7", "4xx")]
    public void Parse_SeveralStatuses_AreKeptAsWritten(string text, string what, string statuses)
    {
        var condition = Assert.Single(SuccessExpression.Parse(text));

        Assert.Equal((what, null, statuses), (condition.Operation ?? condition.Read, condition.Status, condition.Statuses));
    }

    [Fact]
    public void Parse_CaptureOfAHeader_IsASource() =>
        Assert.Equal("header:Location", Assert.Single(SuccessExpression.Parse("checkout=201{at=header:Location}")).Capture["at"]);

    [Theory]
    [InlineData("", 1, "the operation is missing")]
    [InlineData("checkout=201;", 14, "the operation is missing")]
    [InlineData("checkout=", 10, "`` is not an HTTP status")]
    [InlineData("checkout=6xx", 10, "`6xx` is not an HTTP status")]
    [InlineData("checkout=200|", 10, "`` is not an HTTP status")]
    [InlineData("checkout=201{at=header:}", 14, "is not the name of a header")]
    [InlineData("login; checkout=999", 17, "must be an HTTP status from 100 to 599 (got 999)")]
    [InlineData("checkout=201{id", 13, "`{` has no `}`")]
    [InlineData("checkout}=201", 9, "`}` has no `{`")]
    [InlineData("checkout=201{id}", 14, "`id` does not capture a value")]
    [InlineData("checkout=201{id=x}", 14, "`x` is not a JSON path")]
    [InlineData("checkout=201{id=$.a,id=$.b}", 21, "`id` is captured twice")]
    [InlineData("GET /orders?id=200", 15, "`=200` may be a value of the query or the status")]
    [InlineData("GET /orders?a=1&id=200", 19, "`=200` may be a value of the query or the status")]
    [InlineData("POST /orders=201", 1, "`POST /orders` is not a read")]
    [InlineData("/orders=201", 1, "`/orders` is not a read")]
    [InlineData("a; GET orders=200", 8, "`orders` is not a path of the target")]
    [InlineData("check\"out=201", 6, "is not the name of an operation")]
    public void Parse_BrokenText_SaysWhereAndWhat(string text, int character, string message)
    {
        var exception = Assert.Throws<ApeTestException>(() => SuccessExpression.Parse(text));

        Assert.Contains($"(at character {character})", exception.Message, StringComparison.Ordinal);
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Hint);
        Assert.Equal(ExitCodes.Input, exception.ExitCode);
    }
}
