"""Locust's journey of bench/journey.sh."""
from itertools import count

from locust import constant, task
from locust.contrib.fasthttp import FastHttpUser

numbers = count(1)


class Buyer(FastHttpUser):
    wait_time = constant(0)

    def on_start(self):
        number = next(numbers)
        self.credentials = {"name": f"user-{number}", "password": f"pass-{number}"}

    def send(self, method, path, status, **options):
        with self.client.request(method, path, catch_response=True, **options) as answer:
            if answer.status_code != status:
                answer.failure(f"status {answer.status_code}")
                return None
            answer.success()
            return answer.json() if answer.text else {}

    @task
    def buy(self):
        login = self.send("POST", "/login", 200, json=self.credentials)
        if login is None:
            return
        bearer = {"Authorization": f"Bearer {login['token']}"}
        products = self.send("GET", "/products", 200, headers=bearer)
        if products is None:
            return
        cart = self.send("POST", "/cart", 201, headers=bearer, json={"productId": products["items"][0]["id"], "quantity": 2})
        if cart is None:
            return
        order = self.send("POST", "/checkout", 201, headers=bearer, json={"cartId": cart["id"]})
        if order is None or not order["orderId"]:
            return
        self.send("POST", "/logout", 204, headers=bearer)
