namespace ApeTest.Tests.Shared.Library;

/// <summary>The OpenAPI 3.0 document of <see cref="LibraryApi"/>, written by hand as its owners would.</summary>
public static class LibraryDocument
{
    /// <summary>JSON text.</summary>
    public const string Json = """
        {
          "openapi": "3.0.3",
          "info": { "title": "City library", "version": "1.4.0", "description": "Borrow and return books." },
          "security": [ { "bearer": [] } ],
          "paths": {
            "/sessions": {
              "post": {
                "operationId": "createSession", "summary": "Sign in with a library card", "security": [], "tags": [ "sessions" ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Credentials" } } } },
                "responses": {
                  "201": { "description": "Signed in", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Session" } } } },
                  "401": { "$ref": "#/components/responses/Problem" }
                }
              }
            },
            "/sessions/current": {
              "delete": { "operationId": "deleteSession", "summary": "Sign out", "tags": [ "sessions" ], "responses": { "204": { "description": "Signed out" } } }
            },
            "/books": {
              "get": {
                "operationId": "searchBooks", "summary": "Search the catalogue", "security": [], "tags": [ "books" ],
                "parameters": [
                  { "name": "title", "in": "query", "description": "Words of the title", "schema": { "type": "string" } },
                  { "name": "author", "in": "query", "description": "Words of the author's name", "schema": { "type": "string" } },
                  { "name": "available", "in": "query", "description": "Only books with a copy on the shelf", "schema": { "type": "boolean" } }
                ],
                "responses": { "200": { "description": "Matches", "content": { "application/json": { "schema": {
                  "type": "object", "required": [ "books", "count" ],
                  "properties": { "books": { "type": "array", "items": { "$ref": "#/components/schemas/Book" } }, "count": { "type": "integer" } } } } } } }
              }
            },
            "/books/{book_id}": {
              "get": {
                "operationId": "getBook", "summary": "One book", "security": [], "tags": [ "books" ],
                "parameters": [ { "$ref": "#/components/parameters/BookId" } ],
                "responses": { "200": { "description": "The book", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Book" } } } }, "404": { "$ref": "#/components/responses/Problem" } }
              }
            },
            "/loans": {
              "get": { "operationId": "listLoans", "summary": "The reader's loans", "tags": [ "loans" ], "responses": { "200": { "description": "Loans" } } },
              "post": {
                "operationId": "createLoan", "summary": "Borrow a book", "tags": [ "loans" ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": {
                  "type": "object", "required": [ "book_id" ], "additionalProperties": false,
                  "properties": { "book_id": { "type": "string", "example": "bk-3" }, "days": { "type": "integer", "minimum": 1, "maximum": 60, "default": 14 } } } } } },
                "responses": {
                  "201": { "description": "Borrowed", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Loan" } } } },
                  "404": { "$ref": "#/components/responses/Problem" }, "409": { "$ref": "#/components/responses/Problem" }
                }
              }
            },
            "/loans/{loan_id}": {
              "get": {
                "operationId": "getLoan", "summary": "One loan", "tags": [ "loans" ], "parameters": [ { "$ref": "#/components/parameters/LoanId" } ],
                "responses": { "200": { "description": "The loan", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Loan" } } } }, "404": { "$ref": "#/components/responses/Problem" } }
              }
            },
            "/loans/{loan_id}/return": {
              "post": {
                "operationId": "returnLoan", "summary": "Bring a borrowed book back", "tags": [ "loans" ], "parameters": [ { "$ref": "#/components/parameters/LoanId" } ],
                "responses": { "200": { "description": "Returned" }, "409": { "$ref": "#/components/responses/Problem" } }
              }
            }
          },
          "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "parameters": {
              "BookId": { "name": "book_id", "in": "path", "required": true, "schema": { "type": "string" } },
              "LoanId": { "name": "loan_id", "in": "path", "required": true, "schema": { "type": "string" } }
            },
            "responses": { "Problem": { "description": "What went wrong", "content": { "application/problem+json": { "schema": { "type": "object", "properties": { "title": { "type": "string" }, "status": { "type": "integer" }, "detail": { "type": "string" } } } } } } },
            "schemas": {
              "Credentials": { "type": "object", "required": [ "card_number", "pin" ], "properties": { "card_number": { "type": "string", "example": "card-0001" }, "pin": { "type": "string", "minLength": 4, "maxLength": 4 } } },
              "Session": { "type": "object", "properties": { "access_token": { "type": "string" }, "token_type": { "type": "string" }, "expires_in": { "type": "integer" } } },
              "Book": { "type": "object", "properties": { "book_id": { "type": "string" }, "title": { "type": "string" }, "author": { "type": "string" }, "year": { "type": "integer" }, "copies_available": { "type": "integer" } } },
              "Loan": { "type": "object", "properties": { "loan_id": { "type": "string" }, "book_id": { "type": "string" }, "days": { "type": "integer" }, "status": { "type": "string", "enum": [ "active", "returned" ] } } }
            }
          }
        }
        """;
}
