namespace ApeTest.Tests.Shared.Library;

/// <summary>A loan as the library itself knows it, with the trace id of the call that made it (32 hex; null if the call had no <c>traceparent</c>).</summary>
public sealed record LibraryLoan(string LoanId, string CardNumber, string BookId, int Days, string? TraceId, bool Returned);
