// Nothing is sent elsewhere: the validator of Swagger UI, a service of its makers, stays off.
window.ui = SwaggerUIBundle({
  "url": "/openapi.json",
  "dom_id": "#swagger-ui",
  "deepLinking": true,
  "displayOperationId": true,
  "layout": "BaseLayout",
  "validatorUrl": "none"
});
