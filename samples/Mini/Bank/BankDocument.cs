namespace ApeTest.Mini.Bank;

/// <summary>The bank's OpenAPI document.</summary>
internal static class BankDocument
{
    public const string Json = """
        {
          "openapi": "3.0.3",
          "info": { "title": "Bank", "version": "1.0", "description": "Send money from account to account. Amounts are cents." },
          "components": {
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer" } },
            "schemas": {
              "Transfer": {
                "type": "object",
                "properties": {
                  "id": { "type": "string" }, "from": { "type": "string" }, "to": { "type": "string" },
                  "amount": { "type": "integer", "description": "Cents." }, "balance": { "type": "integer", "description": "Cents left on the sender's account." }
                }
              }
            }
          },
          "paths": {
            "/login": {
              "post": {
                "operationId": "login", "summary": "Log in; the token goes into Authorization of what follows.", "security": [],
                "requestBody": { "required": true, "content": { "application/json": { "schema": {
                  "type": "object", "required": [ "username", "password" ],
                  "properties": { "username": { "type": "string", "example": "user-0001" }, "password": { "type": "string", "format": "password", "example": "pass-0001" } } } } } },
                "responses": {
                  "200": { "description": "Logged in", "content": { "application/json": { "schema": { "type": "object", "properties": { "token": { "type": "string" }, "account": { "type": "string" } } } } } },
                  "401": { "description": "Unknown user or wrong password" } }
              }
            },
            "/logout": { "post": { "operationId": "logout", "summary": "Log out", "security": [ { "bearer": [] } ], "responses": { "204": { "description": "Logged out" } } } },
            "/account": {
              "get": {
                "operationId": "getAccount", "summary": "Your account and its balance", "security": [ { "bearer": [] } ],
                "responses": { "200": { "description": "The account", "content": { "application/json": { "schema": { "type": "object",
                  "properties": { "number": { "type": "string" }, "balance": { "type": "integer" }, "currency": { "type": "string" } } } } } }, "401": { "description": "Not logged in" } }
              }
            },
            "/transfers": {
              "post": {
                "operationId": "createTransfer", "summary": "Transfer money from your account to another", "security": [ { "bearer": [] } ],
                "requestBody": { "required": true, "content": { "application/json": { "schema": {
                  "type": "object", "required": [ "to", "amount" ],
                  "properties": {
                    "to": { "type": "string", "description": "Account that receives it.", "example": "acc-0002" },
                    "amount": { "type": "integer", "minimum": 1, "description": "Cents.", "example": 500 } } } } } },
                "responses": {
                  "201": { "description": "Transferred", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Transfer" } } } },
                  "401": { "description": "Not logged in" }, "409": { "description": "The balance does not cover it" }, "422": { "description": "No such account or amount" } }
              }
            },
            "/transfers/{id}": {
              "get": {
                "operationId": "getTransfer", "summary": "Read a transfer", "security": [ { "bearer": [] } ],
                "parameters": [ { "name": "id", "in": "path", "required": true, "schema": { "type": "string" } } ],
                "responses": { "200": { "description": "The transfer", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Transfer" } } } }, "404": { "description": "You have no such transfer" } }
              }
            },
            "/books": {
              "get": {
                "operationId": "getBooks", "summary": "All money of the bank, and what is missing", "security": [],
                "responses": { "200": { "description": "The books", "content": { "application/json": { "schema": { "type": "object",
                  "properties": { "sum": { "type": "integer" }, "missing": { "type": "integer" }, "transfers": { "type": "integer" } } } } } } }
              }
            }
          }
        }
        """;
}
