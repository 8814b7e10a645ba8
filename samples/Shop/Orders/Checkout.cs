using System.Diagnostics;
using ApeTest.Shop.Accounts;
using ApeTest.Shop.Catalog;
using ApeTest.Shop.Storage;
using Microsoft.Extensions.Logging;

namespace ApeTest.Shop.Orders;

/// <summary>Turns a cart into an order.</summary>
internal sealed partial class Checkout(ILogger<Checkout> logger)
{
    /// <summary>
    /// The order; or the product that lacks, or neither if the cart is empty. Nothing is sold in part: what was taken before a product
    /// lacked is given back. Meanwhile others may find it lacking too; stock never falls below zero.
    /// </summary>
    public (Order? Order, Product? Lacking) Place(ShopState state, ShopSession session, DateTimeOffset now)
    {
        Order order;
        lock (session.Cart.Gate)
        {
            var lines = session.Cart.Lines();
            if (lines.Length == 0)
            {
                return (null, null);
            }

            long cents = 0;
            for (var i = 0; i < lines.Length; i++)
            {
                var (product, quantity) = lines[i];
                if (!product.TryTake(quantity))
                {
                    for (var taken = 0; taken < i; taken++)
                    {
                        lines[taken].Product.GiveBack(lines[taken].Quantity);
                    }

                    return (null, product);
                }

                cents += (long)product.Cents * quantity;
            }

            // The trace that the caller sent (W3C traceparent), or the server's own if it sent none.
            var traceId = Activity.Current?.TraceId ?? default;
            order = state.Orders.Add(number => new Order(number, session.User, traceId, cents, now, lines));
            session.User.AddOrder(order.Number);
            session.Cart.Clear();
        }

        // Written whether sampled or not: it is the evidence that a claimed success is checked against.
        LogPlaced(logger, order.Id, order.User.Name, Money.FromCents(order.Cents));
        return (order, null);
    }

    [LoggerMessage(EventName = "order.placed", Level = LogLevel.Information, Message = "order {OrderId} placed by {User} for {Total} EUR")]
    private static partial void LogPlaced(ILogger logger, string orderId, string user, decimal total);
}
