select count(*) from orders
  where customer not in (select id from customers) or product not in (select id from products);
