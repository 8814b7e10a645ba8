using System.Diagnostics.CodeAnalysis;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Oracles.Derivation;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Tests.Oracles.Derivation;

public sealed class OracleDeriverTests
{
    private const string Borrow = "borrowBook=201{loanId=$.loanId}; GET /loans/{{loanId}}=200";
    private const string Borrow2 = "borrowBook=201{loanId2=$.loanId}; GET /loans/{{loanId2}}=200";
    private const string Checkout = "checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200";
    private const string Op5 = "op5=201{orderId=$.order_id}; GET /orders/{{orderId}}=200";
    private const string Task = "tasks_create=201{taskId=$.id}; GET /tasks/{{taskId}}=200";
    private const string Done = "tasks_update=200{taskId=$.id}<$.done=true>; GET /tasks/{{taskId}}=200<$.done=true>";
    private const string Booking = "createBooking=201{bookingId=$.bookingId}; GET /bookings/{{bookingId}}=200";
    private const string Transfer = "createTransfer{transferId=$.transfer.id}; GET /v1/transfers/{{transferId}}=200";
    private const string Post = "createPost=201{slug=$.slug}; GET /api/posts/{{slug}}=200";
    private const string Ticket = "createTicket=201{ticketId=$.id}; GET /tickets/{{ticketId}}=200";
    private const string Stay = "createReservation=201{reservationId=$.id}; GET /reservations/{{reservationId}}=200";
    private const string Rental = "post_rentals=201{rentalId=$.id}; GET /rentals/{{rentalId}}=200";

    [Theory]
    [InlineData("library", "Sign in with library card card-0001 and PIN 1234, borrow the book \"Frankenstein\", then sign out.", Borrow)]
    [InlineData("library", "borrow Dune and return Ulysses", Borrow + "; returnLoan=200")]
    [InlineData("library", "Log in, borrow 'Dune', return it and log out.", Borrow + "; returnLoan=200")]
    [InlineData("library", "Reserve the book \"Walden\".", "reserveBook=201")]
    [InlineData("library", "Check out the book 'Emma'", Borrow)]
    [InlineData("library", "Find a novel by Mary Shelley that is available and take out a loan for it", Borrow)]
    [InlineData("library", "Borrow two books by Jane Austen, then sign out.", Borrow + "; " + Borrow2)]
    [InlineData("library", "Borrow 'Dune' and 'Emma'", Borrow + "; " + Borrow2)]
    [InlineData("library", "As a member, I want to borrow a book. Do not reserve anything.", Borrow)]
    [InlineData("library", "Give the book \"Emma\" back", "returnLoan=200")]
    [InlineData("library", "Make a reservation for 'Walden'", "reserveBook=201")]
    [InlineData("library", "Search the books by Orwell", "searchBooks=200")]
    [InlineData("shop", "Buy two of the cheapest coffee", Checkout)]
    [InlineData("shop", "Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.", Checkout)]
    [InlineData("shop", "Add two coffees to the cart and check out.", "addToCart=201; " + Checkout)]
    [InlineData("shop", "Buy a coffee: add it to the basket and check out", "addToCart=201; " + Checkout)]
    [InlineData("shop", "Purchase a coffee without subscribing to anything.", Checkout)]
    [InlineData("shop", "Buy a tea and pay for the order", Checkout + "; payOrder=200")]
    [InlineData("shop", "Buy a mug, then cancel the order.", Checkout + "; cancelOrder=200")]
    [InlineData("shop", "Put the product 'Mug' on the wishlist", "addToWishlist=201")]
    [InlineData("shop", "The customer adds a coffee to the cart and removes it from the cart", "addToCart=201; removeFromCart=204")]
    [InlineData("shop", "Empty the cart", "clearCart=204")]
    [InlineData("shop", "Place an order for a coffee, using the coupon 'SAVE10'", Checkout)]
    [InlineData("shop", "Subscribe to the plan 'basic' and cancel the subscription", "createSubscription=201; cancelSubscription=200")]
    [InlineData("shop", "Do not cancel anything. Buy \"return ticket\" stickers!", Checkout)]
    [InlineData("shop", "Log in (user ann), put a mug into the basket, and complete the checkout.", "addToCart=201; " + Checkout)]
    [InlineData("shop", "Search for coffee, add one to the cart, proceed to checkout and log out.", "addToCart=201; " + Checkout)]
    [InlineData("shop", "Add three coffees to the basket, then empty it.", "addToCart=201; clearCart=204")]
    [InlineData("library", "Don't forget to return the book", "returnLoan=200")]
    [InlineData("tasks", "Add a task, then add another one.", "tasks_create=201{taskId=$.id}; GET /tasks/{{taskId}}=200; tasks_create=201{taskId2=$.id}; GET /tasks/{{taskId2}}=200")]
    [InlineData("noids", "Rent a car and bring it back", Rental + "; post_rentals_id_return=200")]
    [InlineData("forum", "Create two posts and delete one of them", "createPost=201{slug=$.slug}; GET /api/posts/{{slug}}=200; createPost=201{slug2=$.slug}; GET /api/posts/{{slug2}}=200; deletePost=204")]
    [InlineData("poorids", "buy three apples", Op5)]
    [InlineData("poorids", "Put an apple in the cart and place an order", "op2=200; " + Op5)]
    [InlineData("poorids", "Remove the apple from the basket", "op3=204")]
    [InlineData("poorids", "Cancel the order", "op7=204")]
    [InlineData("poorids", "Please subscribe to the newsletter", "op8")]
    [InlineData("tasks", "Create a task titled 'Buy milk and order eggs'", Task)]
    [InlineData("tasks", "Log in, add a task \"Call mum\" and mark it as done, then log out", Task + "; tasks_update=200<$.done=true><$.id={{taskId}}>; GET /tasks/{{taskId}}=200<$.done=true>")]
    [InlineData("tasks", "Complete the first task", Done)]
    [InlineData("tasks", "Create a to-do 'X' and then delete it", Task + "; tasks_delete=204; GET /tasks/{{taskId}}=404")]
    [InlineData("tasks", "Delete the task \"Old\"", "tasks_delete=204")]
    [InlineData("tasks", "Rename the task 'Old' to 'New'", "tasks_update=200{taskId=$.id}<$.title=\"New\">; GET /tasks/{{taskId}}=200<$.title=\"New\">")]
    [InlineData("tasks", "Set the priority of the task to high", "tasks_update=200{taskId=$.id}<$.priority=\"high\">; GET /tasks/{{taskId}}=200<$.priority=\"high\">")]
    [InlineData("tasks", "Add a comment to the task 'Paint the wall'", "comments_create=201")]
    [InlineData("tasks", "Create a project \"Home\" and a task \"Paint\"", "projects_create=201{projectId=$.projectId}; GET /projects/{{projectId}}=200; " + Task)]
    [InlineData("tasks", "Create three tasks", "tasks_create=201{taskId=$.id}; GET /tasks/{{taskId}}=200; tasks_create=201{taskId2=$.id}; GET /tasks/{{taskId2}}=200; tasks_create=201{taskId3=$.id}; GET /tasks/{{taskId3}}=200")]
    [InlineData("bank", "Transfer 50 EUR from the account A-1 to the account A-2", Transfer)]
    [InlineData("bank", "Sign in, open an account in USD and deposit 100 dollars", "openAccount=201{iban=$.iban}; GET /v1/accounts/{{iban}}=200; deposit=200")]
    [InlineData("bank", "Pay the invoice 2024-17", "payInvoice=200")]
    [InlineData("bank", "Withdraw 20 from my account, then sign out", "withdraw=200")]
    [InlineData("bank", "Close the account", "closeAccount=204")]
    [InlineData("bank", "Make a payment of 10 to 'ACME'", "createPayment=201")]
    [InlineData("tickets", "Book two seats for \"Hamlet\"", Booking)]
    [InlineData("tickets", "Sign up with a new e-mail address, log in and reserve 2 seats for tonight's show.", "register=201{userId=$.userId}; GET /users/{{userId}}=200; " + Booking)]
    [InlineData("tickets", "1. Log in\n2. Book a seat\n3. Cancel the booking", Booking + "; cancelBooking=200")]
    [InlineData("tickets", "Write a review of the show 'Hamlet'", "createReview=201{reviewId=$.reviewId,showId=$.showId}; GET /shows/{{showId}}/reviews/{{reviewId}}=200")]
    [InlineData("tickets", "Review the show", "createReview=201{reviewId=$.reviewId,showId=$.showId}; GET /shows/{{showId}}/reviews/{{reviewId}}=200")]
    [InlineData("tickets", "Change my email to {{user.email}}", "updateUser=200<$.email=\"{{user.email}}\">")]
    [InlineData("tickets", "Make a booking and confirm it", Booking + "; confirmBooking=200")]
    [InlineData("tickets", "View my bookings", "listBookings=200")]
    [InlineData("tickets", "Subscribe to the newsletter if needed, then book a seat", Booking)]
    [InlineData("forum", "Write a post titled \"Hello\" and comment on it", Post + "; createComment=201")]
    [InlineData("forum", "Add a comment to the post 'Hello, and welcome'", "createComment=201")]
    [InlineData("forum", "Like the latest post and unfollow ann", "likePost=200; unfollowUser=204")]
    [InlineData("forum", "Frobnicate the widget", "frobnicateWidget=200")]
    [InlineData("forum", "Publish a new post, then delete the post", Post + "; deletePost=204; GET /api/posts/{{slug}}=404")]
    [InlineData("noids", "Rent the cheapest car for 3 days", Rental)]
    [InlineData("noids", "Rent a car, extend the rental by two days and return the car", Rental + "; post_rentals_id_extend=200; post_rentals_id_return=200")]
    [InlineData("noids", "Add eggs to my shopping list", "post_shopping-lists_listId_items=201")]
    [InlineData("noids", "Register a driver", "post_drivers=201")]
    [InlineData("noids", "Create a shopping list", "post_shopping-lists=201")]
    [InlineData("helpdesk", "Set the priority of the ticket to urgent", "updateTicket=200{ticketId=$.id}<$.priority=\"urgent\">; GET /tickets/{{ticketId}}=200<$.priority=\"urgent\">")]
    [InlineData("helpdesk", "Close ticket 8", "updateTicket=200{ticketId=$.id}<$.status=\"closed\">; GET /tickets/{{ticketId}}=200<$.status=\"closed\">")]
    [InlineData("helpdesk", "Resolve ticket 8", "resolveTicket=200")]
    [InlineData("helpdesk", "Escalate the ticket", "escalateTicket=200")]
    [InlineData("helpdesk", "Create a ticket and set its priority to high", Ticket + "; updateTicket=200<$.id={{ticketId}}><$.priority=\"high\">; GET /tickets/{{ticketId}}=200<$.priority=\"high\">")]
    [InlineData("helpdesk", "Create a ticket and set the priority of ticket 3 to high", Ticket + "; updateTicket=200{ticketId2=$.id}<$.priority=\"high\">; GET /tickets/{{ticketId2}}=200<$.priority=\"high\">")]
    [InlineData("helpdesk", "Create a ticket and close the oldest ticket", Ticket + "; updateTicket=200{ticketId2=$.id}<$.status=\"closed\">; GET /tickets/{{ticketId2}}=200<$.status=\"closed\">")]
    [InlineData("helpdesk", "Create a ticket and delete the ticket 'Old'", Ticket + "; deleteTicket=204")]
    [InlineData("helpdesk", "Create a ticket and delete it", Ticket + "; deleteTicket=204; GET /tickets/{{ticketId}}=404")]
    [InlineData("helpdesk", "Comment on three tickets", "createComment=201; createComment=201; createComment=201")]
    [InlineData("helpdesk", "Vote for two articles", "addVote=201; addVote=201")]
    [InlineData("helpdesk", "Find two tickets and resolve them", "resolveTicket=200; resolveTicket=200")]
    [InlineData("helpdesk", "Change the email of the agent to 'new@example.com'", "updateAgent=200<$.data.email=\"new@example.com\">")]
    [InlineData("helpdesk", "Read the description of ticket 4", "getTicket=200")]
    [InlineData("helpdesk", "Get the details of the ticket", "getTicket=200")]
    [InlineData("helpdesk", "List the comments of ticket 4", "listComments=200")]
    [InlineData("hotel", "Add the hotel to my favourites", "putFavourite=204")]
    [InlineData("hotel", "Mark the hotel as a favourite", "putFavourite=204")]
    [InlineData("hotel", "Remove the hotel from the collection", "removeHotelFromCollection=204")]
    [InlineData("hotel", "Check in to room 12 and check out", "checkIn=200; checkOut=200")]
    [InlineData("hotel", "Book two rooms", Stay + "; createReservation=201{reservationId2=$.id}; GET /reservations/{{reservationId2}}=200")]
    [InlineData("hotel", "Book two nights", Stay)]
    [InlineData("hotel", "Create two collections", "createCollection=201; createCollection=201")]
    [InlineData("hotel", "Create a collection called 'Week' and a reservation for Ann", "createCollection=201; " + Stay)]
    [InlineData("fleet", "Remove the trailer from the vehicle", "detach_trailer=204")]
    [InlineData("fleet", "Take the trailer off the vehicle", "detach_trailer=204")]
    [InlineData("fleet", "Decommission the vehicle", "decommission_vehicle=204")]
    [InlineData("fleet", "Remove the vehicle", "decommission_vehicle=204")]
    [InlineData("fleet", "Delete device 4", "delete_device=204")]
    [InlineData("fleet", "Read the telemetry of device 4", "read_telemetry=200")]
    [InlineData("fleet", "Show the firmware of device 4", "get_device=200")]
    [InlineData("courses", "Leave the waitlist of the course", "waitlist_leave=204")]
    [InlineData("courses", "Join the waitlist", "waitlist_join=202")]
    [InlineData("courses", "Drop the course", "enrolments_drop=204")]
    [InlineData("courses", "Sign up as a student", "students_register=201")]
    [InlineData("courses", "Enroll in two courses", "enrolments_create=201; enrolments_create=201")]
    [InlineData("courses", "Enrol in 'Algebra' and 'Topology'", "enrolments_create=201; enrolments_create=201")]
    [InlineData("courses", "Enrol in 'Algebra', 'Logic' and 'Topology'", "enrolments_create=201; enrolments_create=201; enrolments_create=201")]
    [InlineData("billing", "Create a customer named 'Acme' and an invoice for 50", "createCustomer=201; createInvoice=201")]
    [InlineData("billing", "Create customers called 'A' and 'B'", "createCustomer=201; createCustomer=201")]
    [InlineData("billing", "Pay two invoices", "payInvoice=200; payInvoice=200")]
    [InlineData("billing", "Create two invoices and lock them", "createInvoice=201; createInvoice=201; lockInvoice=200; lockInvoice=200")]
    [InlineData("shop", "Take the mug out of the cart", "removeFromCart=204")]
    [InlineData("shop", "Buy two cups of coffee", Checkout)]
    [InlineData("forum", "Delete the first comment of the post", "deleteComment=204")]
    [SuppressMessage("Usage", "xUnit1025", Justification = "No two rows are alike.")]
    public void Derive_OrdinaryGoal_IsWhatAPersonWouldDeclare(string document, string goal, string expected)
    {
        var derivation = Derive(document, goal);

        Assert.True(derivation.IsDerived, string.Join('\n', derivation.Problems));
        Assert.Equal(expected, ExpressionOf.Conditions(derivation.Conditions));
    }

    [Theory]
    [InlineData("shop", "Cancel it", "Cancel it", "cancelOrder cancelSubscription")]
    [InlineData("shop", "Buy a coffee and zap the widget", "zap the widget", "")]
    [InlineData("shop", "Buy a coffee or subscribe to the plan", "Buy a coffee", "checkout")]
    [InlineData("shop", "Buy a coffee, then buy a tea", "buy a tea", "checkout")]
    [InlineData("shop", "Create a product", "Create a product", "")]
    [InlineData("shop", "Register as a new customer and buy a coffee", "Register as a new customer", "")]
    [InlineData("shop", "Buy a coffee before cancelling the order", "cancelling the order", "cancelOrder")]
    [InlineData("shop", "Look around and enjoy yourself", "Look around and enjoy yourself", "")]
    [InlineData("shop", "Be nice", "Be nice", "")]
    [InlineData("library", "Borrow the book 'Walden'; if it is lent out, reserve it.", "reserve it", "reserveBook")]
    [InlineData("library", "Borrow Pride and Prejudice", "Borrow Pride and Prejudice", "borrowBook")]
    [InlineData("library", "Return all books", "Return all books", "returnLoan")]
    [InlineData("library", "Delete the reservation", "Delete the reservation", "")]
    [InlineData("library", "Renew the loan of 'Emma'", "Renew the loan of 'Emma'", "")]
    [InlineData("library", "Borrow twenty books and return", "return", "returnLoan")]
    [InlineData("tasks", "Create 50 tasks", "Create 50 tasks", "tasks_create")]
    [InlineData("tasks", "Add 'Buy milk'", "Add 'Buy milk'", "")]
    [InlineData("tasks", "Delete all tasks", "Delete all tasks", "tasks_delete")]
    [InlineData("bank", "Create an account to deposit 100 dollars", "deposit 100 dollars", "deposit")]
    [InlineData("forum", "Delete the widget", "Delete the widget", "")]
    [InlineData("tickets", "Cancel the show", "Cancel the show", "")]
    [InlineData("bank", "Transfer 10 EUR to bob and 20 EUR to ann", "Transfer 10 EUR to bob and 20 EUR to ann", "createTransfer")]
    [InlineData("tasks", "Mark the task as done and rename the task to 'X'", "rename the task to 'X'", "tasks_update")]
    [InlineData("library", "Reserve 'Walden', unless a copy is available.", "Reserve 'Walden'", "reserveBook")]
    [InlineData("library", "Borrow Walden. If it is lent out reserve it.", "reserve it", "reserveBook")]
    [InlineData("tasks", "Add eggs, milk and bread to my tasks", "Add eggs, milk and bread to my tasks", "")]
    [InlineData("shop", "Return to the start page after buying a mug", "buying a mug", "checkout")]
    [InlineData("helpdesk", "Delete the first comment of ticket 4", "Delete the first comment of ticket 4", "")]
    [InlineData("helpdesk", "Delete the description of the ticket", "Delete the description of the ticket", "")]
    [InlineData("helpdesk", "Delete the ticket's description", "Delete the ticket's description", "")]
    [InlineData("helpdesk", "Raise the priority of the ticket to urgent", "Raise the priority of the ticket to urgent", "")]
    [InlineData("helpdesk", "Mark the ticket as important", "Mark the ticket as important", "")]
    [InlineData("hotel", "Delete the guests of my reservation", "Delete the guests of my reservation", "")]
    [InlineData("hotel", "Remove the salt from the hotel", "Remove the salt from the hotel", "")]
    [InlineData("hotel", "Mark the reservation as a favourite", "Mark the reservation as a favourite", "")]
    [InlineData("fleet", "Remove the driver from the vehicle", "Remove the driver from the vehicle", "")]
    [InlineData("fleet", "Take the driver off the vehicle", "Take the driver off the vehicle", "")]
    [InlineData("fleet", "Remove device 4 from the rule", "Remove device 4 from the rule", "")]
    [InlineData("fleet", "Show the battery of device 4", "Show the battery of device 4", "")]
    [InlineData("courses", "Leave the certificate", "Leave the certificate", "")]
    [InlineData("courses", "Leave the course", "Leave the course", "")]
    [InlineData("courses", "Join the course", "Join the course", "")]
    [InlineData("courses", "Sign up for the course", "Sign up for the course", "")]
    [InlineData("courses", "Sign up for 'Algebra'", "Sign up for 'Algebra'", "")]
    [InlineData("courses", "Enrol in Algebra and Topology", "Enrol in Algebra and Topology", "")]
    [InlineData("courses", "Enroll in all courses", "Enroll in all courses", "")]
    [InlineData("billing", "Change the status of the invoice to 'open'", "Change the status of the invoice to 'open'", "")]
    [InlineData("billing", "Set the invoice's status to 'open'", "Set the invoice's status to 'open'", "")]
    [InlineData("billing", "Create a customer with a contract and an invoice", "Create a customer with a contract and an invoice", "")]
    [InlineData("forum", "Change the body of the comment to 'X'", "Change the body of the comment to 'X'", "")]
    [InlineData("tasks", "Delete the comment of the task", "Delete the comment of the task", "")]
    [InlineData("shop", "Pay for the order and the delivery", "Pay for the order and the delivery", "payOrder")]
    [InlineData("billing", "Create a customer, an invoice and pay it", "Create a customer, an invoice", "createCustomer")]
    [InlineData("hotel", "Delete the hotel", "Delete the hotel", "")]
    [InlineData("billing", "Lock the customer", "Lock the customer", "")]
    [InlineData("billing", "Pay 20 to the customer", "Pay 20 to the customer", "")]
    [InlineData("courses", "Enrol two students in the course", "Enrol two students in the course", "")]
    [InlineData("courses", "Remove the student from the course", "Remove the student from the course", "")]
    [InlineData("helpdesk", "Archive the ticket", "Archive the ticket", "")]
    [InlineData("helpdesk", "Comment on the article", "Comment on the article", "")]
    [InlineData("hotel", "Remove my favourite", "Remove my favourite", "")]
    [InlineData("hotel", "Add my reservation to the collection", "Add my reservation to the collection", "")]
    [InlineData("tickets", "", "", "")]
    public void Derive_DoubtfulGoal_NamesThePhraseAndItsCandidates(string document, string goal, string phrase, string candidates)
    {
        var derivation = Derive(document, goal);

        Assert.False(derivation.IsDerived, ExpressionOf.Conditions([.. derivation.Intents.SelectMany(intent => intent.Conditions)]));
        Assert.Empty(derivation.Conditions);
        var problem = Assert.Single(derivation.Problems, problem => problem.Phrase == phrase);
        Assert.NotEmpty(problem.Message);
        Assert.NotEmpty(problem.Candidates);
        if (candidates.Length > 0)
        {
            Assert.Equal(candidates.Split(' '), problem.Candidates.Select(candidate => candidate.Name));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("   \r\n\t ")]
    [InlineData(".,;:!?()[]{}\"'`“”")]
    [InlineData("{{user.name}} {{user.password}}")]
    [InlineData("{{ {{ }} {{user.name}")]
    [InlineData("🦍🦍 🙈, 🙉 and 🙊")]
    [InlineData("купи два самых дешёвых кофе")]
    [InlineData("to to to and and and the the then then by by if if or or not not")]
    [InlineData("un")]
    [InlineData("s es ies ing ed I'd n't -- - a-b-c ''' don't 's")]
    public void Derive_OddGoal_DerivesNothingAndDoesNotThrow(string goal)
    {
        foreach (var document in DerivationDocuments.Names)
        {
            Assert.NotEmpty(Derive(document, goal).Problems);
        }
    }

    [Theory]
    [InlineData("' \" “ « ")]
    [InlineData("{{")]
    [InlineData("\ud800borrow \udfff")]
    [InlineData("borrow a book, ")]
    [InlineData("if or not without before to by the ")]
    [InlineData("x")]
    [InlineData("a book of the ")]
    public void Derive_GoalOfTenThousandCharacters_Ends(string part)
    {
        var goal = string.Concat(Enumerable.Repeat(part, 10_000 / part.Length));

        Assert.NotNull(Derive("library", goal));
    }

    [Fact]
    public void Derive_GoalBeyondTheLimit_IsAProblemThatNamesTheLimit()
    {
        var derivation = Derive("library", string.Concat(Enumerable.Repeat("borrow a book, ", 70_000)));

        var problem = Assert.Single(derivation.Problems);
        Assert.Contains("too long to derive from", problem.Message, StringComparison.Ordinal);
        Assert.InRange(problem.Phrase.Length, 1, 100);
    }

    [Fact]
    public void Derive_Twice_IsTheSame()
    {
        const string Goal = "Log in, add a task \"Call mum\" and mark it as done, then delete it";
        var first = Derive("tasks", Goal);

        var second = Derive("tasks", Goal);

        Assert.Equal(ExpressionOf.Conditions(first.Conditions), ExpressionOf.Conditions(second.Conditions));
        Assert.Equal(first.Intents.Select(intent => intent.Why), second.Intents.Select(intent => intent.Why));
    }

    [Fact]
    public void Derive_Conditions_AreValidForTheOracle()
    {
        var catalog = DerivationDocuments.Catalog("tasks");
        var goal = new GoalSpec { Name = "goal-1", Goal = "Create two tasks, rename the task to 'It\"s {new}' and comment on it" };

        var derivation = OracleDeriver.Derive(goal, catalog);

        OracleValidator.Validate([goal with { Success = derivation.Conditions }], catalog);
        Assert.NotEmpty(derivation.Conditions);
    }

    [Fact]
    public void Derive_TargetWithoutDocument_SaysSo()
    {
        var derivation = OracleDeriver.Derive(new GoalSpec { Name = "goal-1", Goal = "Buy a coffee" }, ToolCatalog.Generic(new Uri("http://127.0.0.1:1/")));

        Assert.Contains("no OpenAPI document", Assert.Single(derivation.Problems).Message, StringComparison.Ordinal);
    }

    private static OracleDerivation Derive(string document, string goal) =>
        OracleDeriver.Derive(new GoalSpec { Name = "goal-1", Goal = goal }, DerivationDocuments.Catalog(document));
}
